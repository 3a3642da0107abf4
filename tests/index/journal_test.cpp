#include "index/calls/journal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

std::unique_ptr<Journal> open_journal(const tests::TempDir& folder) {
  auto opened = Journal::open(folder.file("calls"));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
  return std::move(*opened);
}

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned bound) { return std::uniform_int_distribution<unsigned>(0, bound - 1)(engine_); }
  RecordId record() { return contact(std::to_string(below(5))); }
  std::string agent() { return "agent " + std::to_string(below(4)); }
  std::optional<TimePoint> time() { return below(2) == 0 ? std::nullopt : std::optional(at(below(1'000))); }

  Call call(const std::string& account, const std::string& id) {
    Call call;
    call.account = account;
    call.id = id;
    call.direction = below(2) == 0 ? CallDirection::inbound : CallDirection::outbound;
    call.from = "\"Anna\" <sip:+1212@x>";
    call.to = "201";
    if (below(4) != 0) call.number = number("+1212555010" + std::to_string(below(5)));
    call.line = "+12125550100";
    call.region = below(2) == 0 ? "" : "IT";
    call.plan = "national";
    for (unsigned i = below(3); i > 0; --i) call.agents.push_back(agent());
    if (below(3) == 0) call.about = record();
    call.about_pending = below(2) == 0;
    call.started_at = at(below(200));
    call.answered_at = time();
    call.answered_by = agent();
    call.ended_at = time();
    call.answer = R"({"match":"none","n":")" + std::string(below(50), 'x') + "\"}";
    call.policy = "{}";
    for (unsigned i = below(3); i > 0; --i) call.shown.push_back(record());
    if (below(4) == 0) call.changes.push_back({"live", at(below(100)), "{\"a\":1}", {record()}});
    if (below(4) == 0) {
      call.picks.push_back({{record(), record()}, "Anna", agent(), at(below(100)), time(), agent()});
    }
    return call;
  }

 private:
  std::mt19937 engine_;
};

TEST_CASE("a call and its picks survive their bytes; broken bytes are no call") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  Draw draw(seed);
  for (int i = 0; i < 200; ++i) {
    const Call call = draw.call("default", "c");
    const std::string bytes = encode_call(call);
    CHECK(decode_call(bytes, "default", "c") == call);
    CHECK_FALSE(decode_call(bytes.substr(0, draw.below(static_cast<unsigned>(bytes.size()))), "default", "c"));
  }
  const NumberPicks picks{{contact("1"), "+12125550100", "ann", "c1", at(1)}, {contact("2"), "", "", "c2", at(2)}};
  CHECK(decode_picks(encode_picks(picks)) == picks);
  for (const char* bad : {"", "{", "[1]", R"([{"record": "x", "line": "", "agent": "", "call": "", "at": 1}])"}) {
    CHECK_FALSE(decode_picks(bad));
  }
  CHECK_FALSE(decode_call(R"({"direction": "sideways"})", "a", "b"));
}

bool is_attributed(const Call& call, const std::vector<RecordId>& records) {
  return std::ranges::any_of(call.attributed(),
                             [&](const RecordId& id) { return std::ranges::find(records, id) != records.end(); });
}

// What the journal must list, by going through all calls.
std::vector<Call> listed(const std::map<std::string, Call>& calls, const CallQuery& query) {
  std::vector<Call> found;
  for (const auto& [id, call] : calls) {
    if (query.number && call.number != query.number) continue;
    if (!query.agent.empty() && std::ranges::find(call.agents, query.agent) == call.agents.end()) continue;
    if (!query.records.empty() && !is_attributed(call, query.records)) continue;
    if (query.since && call.started_at < *query.since) continue;
    if (query.until && call.started_at >= *query.until) continue;
    if (query.behind && std::pair(call.started_at, call.id) >= *query.behind) continue;
    found.push_back(call);
  }
  std::ranges::sort(found, std::greater(), [](const Call& call) { return std::pair(call.started_at, call.id); });
  if (found.size() > query.calls_max) found.resize(query.calls_max);
  return found;
}

TEST_CASE("random calls are listed as a plain map lists them, also after forgetting and a restart") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  Draw draw(seed);
  tests::TempDir folder;
  auto journal = open_journal(folder);
  std::map<std::string, std::map<std::string, Call>> model;  // by account
  const std::vector<std::string> accounts{"default", "default2", "other"};
  TimePoint forgotten_before{};
  for (int step = 0; step < 600; ++step) {
    const std::string& account = accounts[draw.below(3)];
    if (draw.below(50) == 0) {
      forgotten_before = at(draw.below(60));
      const auto is_old = [&](const auto& entry) { return entry.second.started_at < forgotten_before; };
      CHECK(journal->forget_calls(account, forgotten_before).value() == std::erase_if(model[account], is_old));
    } else if (draw.below(100) == 0) {
      journal.reset();
      journal = open_journal(folder);
    } else {
      Call call = draw.call(account, "call:" + std::to_string(draw.below(60)));
      REQUIRE(journal->write({call, std::nullopt, std::nullopt}));
      model[account][call.id] = call;
    }
    CallQuery query;
    const unsigned subject = draw.below(4);
    if (subject == 1) query.number = number("+1212555010" + std::to_string(draw.below(5)));
    if (subject == 2) query.agent = draw.agent();
    if (subject == 3) query.records = {draw.record(), draw.record()};
    if (draw.below(3) == 0) query.since = at(draw.below(200));
    if (draw.below(3) == 0) query.until = at(draw.below(200));
    if (draw.below(3) == 0) query.behind.emplace(at(draw.below(200)), "call:" + std::to_string(draw.below(60)));
    query.calls_max = 1 + draw.below(20);
    REQUIRE(journal->list(account, query).value() == listed(model[account], query));
    const std::string id = "call:" + std::to_string(draw.below(60));
    const auto got = journal->get(account, id).value();
    REQUIRE(got.has_value() == model[account].contains(id));
    if (got) REQUIRE(*got == model[account][id]);
  }
}

CallEvent event(const std::string& type, const std::vector<std::string>& agents, TimePoint when = at(1)) {
  return {.number = 0, .at = when, .type = type, .agents = agents, .data = "{\"x\":\"" + type + "\"}"};
}

TEST_CASE("events are numbered for each account, kept over a restart, and given to whom they concern") {
  tests::TempDir folder;
  auto journal = open_journal(folder);
  Draw draw(1);
  const auto tell = [&](const std::string& account, const CallEvent& what) {
    return journal->write({draw.call(account, "c"), what, std::nullopt}).value();
  };
  CHECK(journal->events_since("default", "", 0, 10)->newest == 0);
  CHECK(tell("default", event("ringing", {"ann"}, at(10))) == 1);
  CHECK(tell("other", event("ringing", {"ann"})) == 1);
  CHECK(tell("default", event("picked", {"ben"}, at(20))) == 2);
  journal.reset();
  journal = open_journal(folder);
  CHECK(tell("default", event("ended", {"ann", "ben"}, at(30))) == 3);

  const auto all = journal->events_since("default", "", 0, 10).value();
  CHECK(all.newest == 3);
  REQUIRE(all.events.size() == 3);
  CallEvent second = event("picked", {"ben"}, at(20));
  second.number = 2;
  CHECK(all.events[1] == second);
  const auto anns = journal->events_since("default", "ann", 1, 10).value();
  REQUIRE(anns.events.size() == 1);
  CHECK(anns.events[0].number == 3);
  CHECK(journal->events_since("default", "", 3, 10)->events.empty());
  CHECK(journal->events_since("default", "", std::nullopt, 10)->newest == 3);
  CHECK(journal->events_since("default", "", std::nullopt, 10)->events.empty());
  CHECK(journal->events_since("default", "", 0, 2)->too_many);
  CHECK_FALSE(journal->events_since("default", "", 0, 3)->too_many);
  CHECK_FALSE(journal->events_since("default", "ann", 0, 2)->too_many);

  REQUIRE(journal->forget_events("default", at(20)));
  CHECK(journal->events_since("default", "", 0, 10)->forgotten);
  CHECK_FALSE(journal->events_since("default", "", 1, 10)->forgotten);
  CHECK(journal->events_since("default", "", 1, 10)->events.size() == 2);
  REQUIRE(journal->forget_events("default", at(1'000)));
  CHECK(journal->events_since("default", "ann", 2, 10)->forgotten);
  CHECK(journal->events_since("default", "", 3, 10)->newest == 3);
  CHECK(journal->events_since("other", "", 0, 10)->events.size() == 1);
  journal.reset();
  journal = open_journal(folder);
  CHECK(tell("default", event("ringing", {})) == 4);
}

TEST_CASE("an account has a bounded number of events, and who is far behind is not searched for") {
  tests::TempDir folder;
  const auto journal = Journal::open(folder.file("calls"), {.events_max = 1'500, .events_searched_max = 400}).value();
  Draw draw(1);
  const Call call = draw.call("default", "c");
  for (int i = 0; i < 3'000; ++i) {
    REQUIRE(journal->write({call, event("ringing", {i % 100 == 0 ? "ann" : "ben"}), std::nullopt}));
  }
  CHECK(journal->events_since("default", "ann", 2'599, 10)->too_many);
  const auto anns = journal->events_since("default", "ann", 2'600, 10).value();
  CHECK_FALSE(anns.too_many);
  REQUIRE(anns.events.size() == 4);
  CHECK(anns.events[0].number == 2'601);
  REQUIRE(journal->forget_events("default", at(1)));
  CHECK_FALSE(journal->events_since("default", "", 2'990, 10)->forgotten);

  const auto patient = Journal::open(folder.file("patient"), {.events_max = 1'500}).value();
  for (int i = 0; i < 3'000; ++i) REQUIRE(patient->write({call, event("ringing", {"ann"}), std::nullopt}));
  CHECK(patient->events_since("default", "", 1'498, 5'000)->forgotten);
  CHECK_FALSE(patient->events_since("default", "", 1'499, 5'000)->forgotten);
  CHECK(patient->events_since("default", "", 1'499, 5'000)->events.size() == 1'501);
}

TEST_CASE("remembered picks are visited at start, replaced and forgotten by the age of the last") {
  tests::TempDir folder;
  auto journal = open_journal(folder);
  Draw draw(2);
  const auto remember = [&](const std::string& account, const std::string& e164, const NumberPicks& picks) {
    Call call = draw.call(account, "c");
    call.number = number(e164);
    REQUIRE(journal->write({call, std::nullopt, picks}));
  };
  const auto visited = [&] {
    std::map<std::string, NumberPicks> found;
    REQUIRE(journal->visit_picks([&](const std::string& account, telephony::PhoneNumber of, NumberPicks picks) {
      found[account + of.to_e164()] = std::move(picks);
    }));
    return found;
  };
  const NumberPicks old{{contact("1"), "", "ann", "c1", at(10)}};
  const NumberPicks fresh{{contact("1"), "", "ann", "c1", at(10)}, {contact("2"), "", "ben", "c2", at(50)}};
  remember("default", "+12125550101", old);
  remember("default", "+12125550102", old);
  remember("default", "+12125550102", fresh);
  remember("other", "+12125550101", old);
  remember("other", "+12125550103", old);
  remember("other", "+12125550103", {});
  const std::map<std::string, NumberPicks> all{
      {"default+12125550101", old}, {"default+12125550102", fresh}, {"other+12125550101", old}};
  CHECK(visited() == all);
  REQUIRE(journal->sync());
  REQUIRE(journal->forget_picks("default", at(20)));
  CHECK(visited() == std::map<std::string, NumberPicks>{{"default+12125550102", fresh}, {"other+12125550101", old}});
}

TEST_CASE("many writers and readers at once: every event has a number of its own, without gaps") {
  tests::TempDir folder;
  const auto journal = open_journal(folder);
  constexpr int kWriters = 4;
  constexpr int kWrites = 200;
  std::vector<std::vector<std::uint64_t>> numbers(kWriters);
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([&, writer] {
        Draw draw(static_cast<unsigned>(writer));
        for (int i = 0; i < kWrites; ++i) {
          const Call call = draw.call("default", std::to_string(writer) + ":" + std::to_string(i));
          numbers[static_cast<std::size_t>(writer)].push_back(
              journal->write({call, event("ringing", {"ann"}), std::nullopt}).value());
        }
      });
    }
    threads.emplace_back([&] {
      std::uint64_t after = 0;
      while (after < kWriters * kWrites) {
        const auto since = journal->events_since("default", "", after, 10'000).value();
        for (const CallEvent& one : since.events) REQUIRE(one.number == ++after);
      }
    });
  }
  std::vector<std::uint64_t> all;
  for (const auto& some : numbers) {
    CHECK(std::ranges::is_sorted(some));
    all.insert(all.end(), some.begin(), some.end());
  }
  std::ranges::sort(all);
  REQUIRE(all.size() == kWriters * kWrites);
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == i + 1);
  CHECK(journal->list("default", {.calls_max = 10'000})->size() == kWriters * kWrites);
}

TEST_CASE("one process at a time has the journal") {
  tests::TempDir folder;
  const auto journal = open_journal(folder);
  const auto second = Journal::open(folder.file("calls"));
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == IndexError::Kind::busy);
}

}  // namespace
}  // namespace ringdex::index

#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "index/calls/journal.h"
#include "index/store/store.h"
#include "server/calls/call_actions.h"
#include "server/calls/call_json.h"
#include "server/calls/call_service.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_parser.h"

namespace ringdex::server {

// Calls on a real index and journal, with a clock and CRMs that the test owns.
class CallScene {
 public:
  explicit CallScene(std::map<std::string, AccountSettings, std::less<>> accounts = {{"default", settings()}})
      : lookups(telephony::test_parser(), index, picks, std::move(accounts)) {
    REQUIRE(book.load());
  }
  ~CallScene() { later.stop(); }

  static AccountSettings settings() {
    AccountSettings made;
    made.region = "US";
    made.pick.rules = {PickRule::picked, PickRule::oldest};
    made.pick_memory = {PickScope::account, std::chrono::days(365)};
    made.same_person = SamePerson::name_number;
    made.source_labels = {{"crm", "The CRM"}, {"local", "Local"}};
    made.own_numbers = {telephony::PhoneNumber::from_e164("+12125550100").value()};
    made.about_deadline = std::chrono::milliseconds(0);
    return made;
  }
  static AccountSettings creating() {
    AccountSettings made = settings();
    made.creates_unknown_callers = true;
    return made;
  }

  static index::Record person(const std::string& id, const std::string& name, const std::vector<std::string>& phones,
                              std::int64_t version = 1) {
    index::Record made;
    made.id = {"crm", index::RecordKind::contact, id};
    made.name = name;
    for (const auto& phone : phones) made.phones.push_back({phone, telephony::PhoneNumber::from_e164(phone), "", ""});
    made.version = version;
    made.url = "https://crm.example/" + id;
    return made;
  }
  void put(std::vector<index::Record> records, const std::string& account = "default") {
    index::ChangeBatch batch;
    batch.account = account;
    batch.source = "crm";
    batch.upserts = std::move(records);
    REQUIRE(index.apply(std::move(batch), {}, tick()));
  }
  void erase(const std::string& id, const std::string& into = "") {
    index::ChangeBatch batch;
    batch.account = "default";
    batch.source = "crm";
    index::Deletion deletion{.id = {"crm", index::RecordKind::contact, id}, .version = 100};
    if (!into.empty()) deletion.merged_into = index::RecordId{"crm", index::RecordKind::contact, into};
    batch.deletions.push_back(deletion);
    REQUIRE(index.apply(std::move(batch), {}, tick()));
  }

  static RingRequest inbound(const std::string& id, const std::string& from, const std::string& to = "",
                             std::vector<std::string> agents = {}) {
    return {.account = "default", .call_id = id, .from = from, .to = to, .agents = std::move(agents)};
  }
  static RingRequest outbound(const std::string& id, const std::string& to, const std::string& agent = "ann") {
    return {
        .account = "default", .call_id = id, .direction = index::CallDirection::outbound, .to = to, .agents = {agent}};
  }
  // The ring's answer.
  nlohmann::json ring(const RingRequest& request) {
    const auto call = calls.ring(request);
    REQUIRE_MESSAGE(call.has_value(), (call ? "" : call.error().message));
    return nlohmann::json::parse(event_json(*call, call->answer));
  }
  nlohmann::json report(const std::string& id, const std::string& account = "default") {
    const auto call = journal->get(account, id);
    REQUIRE(call);
    REQUIRE(call->has_value());
    std::string json;
    text::JsonWriter out(json);
    write_call_report(out, **call, index.read(), *lookups.settings(account));
    return nlohmann::json::parse(json);
  }

  index::TimePoint tick() { return index::TimePoint(std::chrono::milliseconds(++now_)); }
  void pass(std::chrono::milliseconds time) { now_ += time.count(); }
  index::TimePoint now() const { return index::TimePoint(std::chrono::milliseconds(now_.load())); }

  // What listeners were told so far, once there are `count` of it.
  std::vector<index::CallEvent> told(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(more_.wait_for(lock, std::chrono::seconds(20), [&] { return told_.size() >= count; }));
    return told_;
  }
  static nlohmann::json data(const index::CallEvent& event) { return nlohmann::json::parse(event.data); }

  // What the CRMs are asked while a phone rings; the test answers, if it did not say beforehand.
  struct Searched {
    telephony::PhoneNumber number;
    LiveLookups::Done done;
  };
  std::vector<Searched> searches() {
    const std::lock_guard lock(mutex_);
    return searches_;
  }
  std::size_t sources_asked = 0;
  struct Fetched {
    index::RecordId id;
    std::function<void(bool found)> done;
  };
  // Answers a fetch at once; nothing: it stays open.
  std::function<std::optional<bool>(const index::RecordId&)> fetch_answer;
  std::vector<Fetched> fetches() {
    const std::lock_guard lock(mutex_);
    return fetches_;
  }

 private:
  std::atomic<std::int64_t> now_{1'750'000'000'000};
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<index::CallEvent> told_;
  std::vector<Fetched> fetches_;
  std::vector<Searched> searches_;

  bool fetch(const index::RecordId& id, std::function<void(bool found)> done) {
    if (id.source != "crm") return false;
    const auto answer = fetch_answer ? fetch_answer(id) : std::nullopt;
    {
      const std::lock_guard lock(mutex_);
      fetches_.push_back({id, done});
    }
    if (answer) done(*answer);
    return true;
  }

 public:
  tests::TempDir dir;
  std::unique_ptr<index::Store> store = index::Store::open({dir.file("index"), 8 << 20, 8 << 20, 1}).value();
  std::unique_ptr<index::Journal> journal = index::Journal::open(dir.file("calls")).value();
  index::Index index{*store};
  RememberedPicks picks;
  LookupService lookups;
  LiveLookups live{[this](const std::string&, telephony::PhoneNumber number, const LiveLookups::Done& done) {
                     const std::lock_guard lock(mutex_);
                     searches_.push_back({number, done});
                     return sources_asked;
                   },
                   [](std::string_view) { return true; }};
  CallBook book{*journal, picks, [this](const std::string&, const index::CallEvent& event) {
                  const std::lock_guard lock(mutex_);
                  told_.push_back(event);
                  more_.notify_all();
                }};
  LocalRecords locals{telephony::test_parser(), lookups, index};
  Metrics metrics;
  CallerSearch search{lookups, [this] { return tick(); }, &live, &locals};
  LookupCounts counts{metrics, true};
  LateWork later;
  AboutRecords about{index,
                     [this](const std::string&, const index::RecordId& id, std::function<void(bool)> done) {
                       return fetch(id, std::move(done));
                     },
                     later};
  CallUpdates updates{search, about, book, later, {std::chrono::milliseconds(0), std::chrono::milliseconds(0)}};
  CallService calls{search, counts, about, book, updates, metrics};
  CallActions actions{index, book, locals, [this] { return tick(); }};
};

}  // namespace ringdex::server

#include "server/call_service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "server/api/json_writer.h"
#include "server/api/lookup_json.h"
#include "server/call_json.h"
#include "telephony/number_variants.h"

namespace ringdex::server {
namespace {

using index::Call;
using index::RecordId;
using Kind = CallError::Kind;

// Why a call's answer changed, where it matters here.
constexpr std::string_view kNamed = "named";
constexpr std::size_t kChangesMax = 100;  // of one call

// How long an unknown caller's ring waits for its place among those who write to the index.
constexpr std::chrono::milliseconds kCreatePatience{100};
// A call that never was said to have ended is over by then.
constexpr std::chrono::hours kCallOnMax{4};
constexpr std::size_t kCallsOnMax = 50;

CallError of(const index::IndexError& error) {
  return {Kind::store, error.message};
}

CallError of(const LookupError& error) {
  switch (error.kind) {
    case LookupError::Kind::unknown_region:
      return {Kind::unknown_region, error.message};
    case LookupError::Kind::unknown_account:
      return {Kind::unknown_account, error.message};
    case LookupError::Kind::store:
      break;
  }
  return {Kind::store, error.message};
}

CallError unknown_call(const std::string& id) {
  return {Kind::unknown_call, fmt::format("no call '{}'; it may be older than calls are kept", id)};
}

// The other party's number and the account's own line.
const std::string& other_party(const RingRequest& request) {
  return request.direction == index::CallDirection::inbound ? request.from : request.to;
}
const std::string& own_line(const RingRequest& request) {
  return request.direction == index::CallDirection::inbound ? request.to : request.from;
}
const std::string& other_party(const Call& call) {
  return call.direction == index::CallDirection::inbound ? call.from : call.to;
}

LookupRequest lookup_of(const RingRequest& request) {
  return {.account = request.account,
          .number = other_party(request),
          .region = request.region,
          .called = own_line(request),
          .plan = request.plan,
          .agent = request.agents.empty() ? std::string_view() : std::string_view(request.agents.front())};
}

// The ids that may be meant, the likelier one in front.
std::vector<RecordId> ids_of(const AboutRequest& about) {
  if (about.kind) return {{about.source, *about.kind, about.external_id}};
  if (about.source == index::kLocalSource) return {{about.source, index::RecordKind::local, about.external_id}};
  return {{about.source, index::RecordKind::contact, about.external_id},
          {about.source, index::RecordKind::lead, about.external_id}};
}

// A number that could be somebody's, and is nobody's here.
bool is_unknown(const std::expected<LookupAnswer, LookupError>& answer) {
  return answer && answer->match == Match::none && !answer->unmatchable && answer->number.parsed;
}

std::string answer_text(const LookupAnswer& answer) {
  std::string text;
  JsonWriter out(text);
  write_answer(out, answer);
  return text;
}

// The candidate of an answer that the record belongs to, the record in front.
std::vector<RecordId> candidate_of(const std::string& answer, const RecordId& asked, const RecordId& record) {
  std::vector<RecordId> records{record};
  const Json body = Json::parse(answer, nullptr, false);
  if (!body.is_object()) return records;
  for (const Json& candidate : body.value("candidates", Json::array())) {
    std::vector<RecordId> of_candidate;
    for (const Json& one : candidate.value("records", Json::array())) {
      if (auto id = RecordId::parse(one.value("id", ""))) of_candidate.push_back(*std::move(id));
    }
    const auto names = [&](const RecordId& id) { return std::ranges::find(of_candidate, id) != of_candidate.end(); };
    if (!names(asked) && !names(record)) continue;
    for (RecordId& id : of_candidate) {
      if (id != asked && id != record) records.push_back(std::move(id));
    }
    break;
  }
  return records;
}

}  // namespace

struct CallService::Asked {
  std::optional<index::Record> about;
  std::shared_ptr<Inquiry> about_inquiry;
  std::shared_ptr<Inquiry> live_inquiry;
  bool to_create = false;  // the ring could not wait for the caller's record
};

CallService::CallService(const index::Index& index, const LookupService& lookups, CallBook& book, LocalRecords& locals,
                         LiveLookups& live, FetchRecord fetch, Metrics& metrics, Clock clock)
    : index_(index),
      lookups_(lookups),
      book_(book),
      locals_(locals),
      live_(live),
      fetch_(std::move(fetch)),
      metrics_(metrics),
      clock_(std::move(clock)) {}

CallService::~CallService() {
  stop();
}

void CallService::stop() {
  late_.stop();
  late_.join();
}

std::expected<LookupAnswer, LookupError> CallService::look(const RingRequest& request,
                                                           const index::Record* about) const {
  LookupRequest lookup = lookup_of(request);
  lookup.about = about;
  return lookups_.lookup(lookup, clock_());
}

std::expected<Call, CallError> CallService::ring(const RingRequest& request) {
  const Metrics::Timer timer;
  auto known = book_.find(request.account, request.call_id);
  if (known && *known) return again(request, **known);

  Asked asked;
  if (auto found = find_about(request, asked); !found) return std::unexpected(found.error());
  auto answer = look(request, asked.about ? &*asked.about : nullptr);
  if (is_unknown(answer) && !asked.about_inquiry) ask_live(request, asked, answer);
  if (is_unknown(answer) && !request.about) create_caller(request, asked, answer);
  if (!answer) {
    metrics_.lookup_failed();
    return std::unexpected(of(answer.error()));
  }
  metrics_.lookup_answered(*answer, timer.elapsed());
  // Who bears the number may be another than who was clicked.
  if (request.about && !asked.about)
    answer->withhold_default("the record that the call was started from is not here yet");
  Call call = call_of(request, *answer, asked.about);
  // A view that is held keeps old versions in memory.
  answer = std::unexpected(LookupError{});

  auto opened = book_.open(call);
  if (!opened) {
    // Who calls is known all the same.
    spdlog::error("a call could not be written down: {}", opened.error().message);
    return call;
  }
  if (!opened->is_new) return again(request, opened->call);
  metrics_.call_came(request.direction);
  for (const auto& [inquiry, cause] : {std::pair{asked.about_inquiry, "about"}, {asked.live_inquiry, "live"}}) {
    if (inquiry == nullptr) continue;
    inquiry->when_found(
        [this, request, cause] { boost::asio::post(late_, [this, request, cause] { reconsider(request, cause); }); });
  }
  if (asked.to_create) boost::asio::post(late_, [this, request] { create_late(request); });
  return std::move(opened->call);
}

// A call that is there already: the answer stays the one that it got, and another agent's screen may join.
std::expected<Call, CallError> CallService::again(const RingRequest& request, const Call& call) {
  const auto settings = lookups_.settings(request.account);
  if (settings == nullptr) return std::unexpected(unknown_call(call.id));
  const std::string& number = other_party(request);
  if (request.direction != call.direction || (number != other_party(call))) {
    auto answer = look(request, nullptr);
    std::optional<telephony::PhoneNumber> same;
    if (answer && answer->number.parsed) same = telephony::canonical(answer->number.parsed->number);
    if (request.direction != call.direction || !same || same != call.number) {
      return std::unexpected(CallError{
          Kind::other_number, fmt::format("call '{}' is there already, with another party or direction; a new call "
                                          "needs an id of its own",
                                          call.id)});
    }
  }
  // It may have been killed before the caller's record was made.
  const bool lacks_record = settings->creates_unknown_callers && call.direction == index::CallDirection::inbound &&
                            call.number && call.attributed().empty() && !call.ended_at;
  if (lacks_record) boost::asio::post(late_, [this, request] { create_late(request); });
  std::vector<std::string> joining;
  for (const std::string& agent : request.agents) {
    if (std::ranges::find(call.agents, agent) == call.agents.end()) joining.push_back(agent);
  }
  if (joining.empty()) return call;
  return change(request.account, call.id, [&](Call& now) -> CallBook::Edit {
    for (const std::string& agent : joining) {
      if (std::ranges::find(now.agents, agent) == now.agents.end()) now.agents.push_back(agent);
    }
    now.agents.resize(std::min(now.agents.size(), kAgentsMax));
    return {"ringing", joining, std::nullopt};
  });
}

std::expected<void, CallError> CallService::find_about(const RingRequest& request, Asked& asked) {
  if (!request.about) return {};
  const AboutRequest& about = *request.about;
  const auto settings = lookups_.settings(request.account);
  if (settings == nullptr || !settings->source_labels.contains(about.source)) {
    return std::unexpected(CallError{Kind::unknown_source, fmt::format("no source '{}'", about.source)});
  }
  asked.about = mirrored(request);
  if (asked.about || about.source == index::kLocalSource) return {};
  const auto inquiry = std::make_shared<Inquiry>();
  inquiry->expect(1);
  fetch_about(request, ids_of(about), inquiry);
  const bool may_wait = live_.take_place();
  const LiveLookups::Place place(may_wait ? &live_ : nullptr);
  const auto found = may_wait ? inquiry->wait_for(settings->about_deadline) : std::nullopt;
  if (found && *found) asked.about = mirrored(request);
  if (!found) asked.about_inquiry = inquiry;
  return {};
}

std::optional<index::Record> CallService::mirrored(const RingRequest& request) const {
  const index::IndexView view = index_.read();
  for (const RecordId& id : ids_of(*request.about)) {
    auto found = view.get(request.account, id);
    if (auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr) return std::move(known->record);
  }
  return std::nullopt;
}

// One id after the other, until one is there.
void CallService::fetch_about(const RingRequest& request, std::vector<RecordId> ids, std::shared_ptr<Inquiry> inquiry) {
  const RecordId id = std::move(ids.front());
  ids.erase(ids.begin());
  const bool asked = fetch_(request.account, id, [this, request, ids = std::move(ids), inquiry](bool found) {
    if (found || ids.empty()) return inquiry->answer(found);
    boost::asio::post(late_, [this, request, ids, inquiry] { fetch_about(request, ids, inquiry); });
  });
  if (!asked) inquiry->answer(false);
}

void CallService::ask_live(const RingRequest& request, Asked& asked, std::expected<LookupAnswer, LookupError>& answer) {
  const auto deadline = answer->account->live_deadline;
  if (!deadline || !live_.serves(request.account) || !live_.take_place()) return;
  const LiveLookups::Place place(&live_);
  const auto number = telephony::canonical(answer->number.parsed->number);
  answer = std::unexpected(LookupError{});
  auto inquiry = live_.begin(request.account, number);
  const auto outcome = LiveLookups::wait(inquiry.get(), *deadline);
  metrics_.live_asked(outcome);
  if (outcome == LiveLookups::Outcome::late) asked.live_inquiry = std::move(inquiry);
  answer = look(request, asked.about ? &*asked.about : nullptr);
}

void CallService::create_caller(const RingRequest& request, Asked& asked,
                                std::expected<LookupAnswer, LookupError>& answer) {
  if (!answer->account->creates_unknown_callers || request.direction != index::CallDirection::inbound) return;
  const auto number = telephony::canonical(answer->number.parsed->number);
  // A CRM that answers late may know him yet.
  asked.to_create = asked.live_inquiry != nullptr || ++creating_ > kCreatingMax;
  if (asked.to_create) {
    if (asked.live_inquiry == nullptr) --creating_;
    return;
  }
  answer = std::unexpected(LookupError{});
  const auto created = locals_.create_unknown(request.account, number, kCreatePatience, clock_());
  --creating_;
  if (!created && created.error().kind == LocalError::Kind::busy) asked.to_create = true;
  // Somebody else may have got the number meanwhile, which the new lookup shows.
  answer = look(request, nullptr);
}

void CallService::create_late(const RingRequest& request) {
  if (auto answer = look(request, nullptr); is_unknown(answer)) {
    const auto number = telephony::canonical(answer->number.parsed->number);
    answer = std::unexpected(LookupError{});
    const auto created = locals_.create_unknown(request.account, number, std::nullopt, clock_());
    if (!created && created.error().kind != LocalError::Kind::number_known) {
      return spdlog::error("no local record for an unknown caller: {}", created.error().message);
    }
  }
  reconsider(request, "created");
}

// The call's answer with what is known by now.
void CallService::reconsider(const RingRequest& request, std::string_view cause) {
  const auto about = request.about ? mirrored(request) : std::nullopt;
  if (request.about && !about) return;
  const auto answer = look(request, about ? &*about : nullptr);
  if (!answer) return spdlog::error("a call stays as it was: {}", answer.error().message);
  auto shown = shown_records(*answer);
  if (shown.empty()) return;
  const std::string text = answer_text(*answer);
  const auto number =
      answer->number.parsed ? std::optional(telephony::canonical(answer->number.parsed->number)) : std::nullopt;
  const auto now = clock_();
  const auto changed = change(request.account, request.call_id, [&](Call& call) -> CallBook::Edit {
    const auto& before = call.changes.empty() ? call.shown : call.changes.back().shown;
    const bool is_same = before == shown && !about && cause != kNamed;
    if (is_same || number != call.number || call.changes.size() >= kChangesMax) return {};
    if (about) call.about = about->id;
    call.changes.push_back({std::string(cause), now, text, std::move(shown)});
    return {"changed", {}, std::nullopt};
  });
  if (!changed && changed.error().kind != Kind::unknown_call) {
    spdlog::error("a call stays as it was: {}", changed.error().message);
  }
}

void CallService::number_named(const std::string& account, telephony::PhoneNumber number) {
  boost::asio::post(late_, [this, account, number] {
    const auto calls =
        book_.list(account, {.number = number, .since = clock_() - kCallOnMax, .calls_max = kCallsOnMax});
    if (!calls) return spdlog::error("calls stay as they were: {}", calls.error().message);
    for (const Call& call : *calls) {
      if (call.ended_at || call.about) continue;
      reconsider({.account = account,
                  .call_id = call.id,
                  .direction = call.direction,
                  .from = call.from,
                  .to = call.to,
                  .agents = call.agents},
                 kNamed);
    }
  });
}

Call CallService::call_of(const RingRequest& request, const LookupAnswer& answer,
                          const std::optional<index::Record>& about) const {
  Call call;
  call.account = request.account;
  call.id = request.call_id;
  call.direction = request.direction;
  call.from = request.from;
  call.to = request.to;
  if (answer.number.parsed) call.number = telephony::canonical(answer.number.parsed->number);
  call.line = lookups_.line_name(*answer.account, own_line(request));
  call.agents = request.agents;
  call.started_at = clock_();
  call.answer = answer_text(answer);
  call.policy = policy_text(*answer.account);
  call.shown = shown_records(answer);
  if (request.about) {
    call.about = about ? about->id : ids_of(*request.about).front();
    // A ticket can be attributed to it also while it is not mirrored.
    if (!about) call.shown = {*call.about};
  }
  return call;
}

std::expected<Call, CallError> CallService::change(const std::string& account, const std::string& id,
                                                   const std::function<CallBook::Edit(Call& call)>& edit) {
  auto changed = book_.change(account, id, clock_(), edit);
  if (!changed) return std::unexpected(of(changed.error()));
  if (!*changed) return std::unexpected(unknown_call(id));
  return **std::move(changed);
}

// What agents decide outlives a loss of power as well.
std::expected<Call, CallError> CallService::kept(std::expected<Call, CallError> changed) {
  if (!changed) return changed;
  if (const auto synced = book_.sync(); !synced) return std::unexpected(of(synced.error()));
  return changed;
}

std::expected<Call, CallError> CallService::answered(const std::string& account, const std::string& id,
                                                     const std::string& agent) {
  return change(account, id, [&](Call& call) -> CallBook::Edit {
    if (call.answered_at || call.ended_at) return {};
    call.answered_at = clock_();
    call.answered_by = agent;
    // The others' screens are to know that they need not show it any more.
    const bool is_new = !agent.empty() && std::ranges::find(call.agents, agent) == call.agents.end();
    if (is_new && call.agents.size() < kAgentsMax) call.agents.push_back(agent);
    return {"answered", {}, std::nullopt};
  });
}

std::expected<Call, CallError> CallService::ended(const std::string& account, const std::string& id) {
  return change(account, id, [&](Call& call) -> CallBook::Edit {
    if (call.ended_at) return {};
    call.ended_at = clock_();
    return {"ended", {}, std::nullopt};
  });
}

std::expected<Call, CallError> CallService::pick(const std::string& account, const std::string& id,
                                                 const RecordId& record, const std::string& agent) {
  const auto found = index_.read().get(account, record);
  if (!found) return std::unexpected(of(found.error()));
  if (std::holds_alternative<index::UnknownRecord>(*found)) {
    return std::unexpected(
        CallError{Kind::unknown_record, fmt::format("no record {} was ever seen", record.to_string())});
  }
  if (std::holds_alternative<index::GoneRecord>(*found)) {
    return std::unexpected(
        CallError{Kind::deleted_record, fmt::format("{} was deleted in its source", record.to_string())});
  }
  const RecordId survivor = std::get<index::KnownRecord>(*found).record.id;
  return kept(change(account, id, [&](Call& call) -> CallBook::Edit {
    const std::string author = agent.empty() && call.agents.size() == 1 ? call.agents.front() : agent;
    // The same pick again, as after a lost answer, is no other.
    if (!call.picks.empty() && call.picks.back().records.front() == survivor && call.picks.back().agent == author) {
      return {};
    }
    const auto now = clock_();
    if (call.picks.size() >= kPicksMax) call.picks.erase(call.picks.begin());
    call.picks.push_back({candidate_of(call.current_answer(), record, survivor), author, now});
    CallBook::Edit edit{"picked", {}, std::nullopt};
    if (call.number) {
      edit.number_picks = with_pick(book_.picks_of(account, *call.number), {survivor, call.line, author, call.id, now});
    }
    return edit;
  }));
}

std::expected<Call, CallError> CallService::undo_pick(const std::string& account, const std::string& id) {
  return kept(change(account, id, [&](Call& call) -> CallBook::Edit {
    if (call.picks.empty()) return {};
    call.picks.pop_back();
    CallBook::Edit edit{"picked", {}, std::nullopt};
    if (call.number) edit.number_picks = without_pick(book_.picks_of(account, *call.number), call.id);
    return edit;
  }));
}

}  // namespace ringdex::server

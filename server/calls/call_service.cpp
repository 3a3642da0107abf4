#include "server/calls/call_service.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "config/logging/log.h"
#include "server/calls/call_json.h"
#include "server/doors/lookup_usage.h"

namespace ringdex::server {
namespace {

using index::Call;
using Kind = CallError::Kind;

// How long an unknown caller's ring waits for its place among those who write to the index.
constexpr std::chrono::milliseconds kCreatePatience{100};
// A phone system that repeats itself does so soon; later the same id is another call's.
constexpr std::chrono::minutes kRepeatedAfterEnd{10};
constexpr std::chrono::hours kRepeatedAfterStart{24};

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

std::chrono::milliseconds left_of(std::chrono::milliseconds deadline, const Metrics::Timer& timer) {
  const auto left = deadline - std::chrono::floor<std::chrono::milliseconds>(timer.elapsed());
  return std::max(left, std::chrono::milliseconds(0));
}

// Counts one in while it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& count) : count_(count), now_(++count) {}
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::size_t now() const { return now_; }

 private:
  std::atomic<std::size_t>& count_;
  const std::size_t now_;
};

}  // namespace

struct CallService::Asked {
  const Metrics::Timer timer;  // from the ring on
  std::optional<index::Record> about;
  std::shared_ptr<Inquiry> about_fetch;  // nullptr: nobody is asked any more
  std::shared_ptr<Inquiry> live_search;  // that is not settled yet
  bool to_create = false;                // the ring could not wait for the caller's record
};

CallService::CallService(CallLookup lookup, const LookupService& lookups, CallBook& book, LocalRecords& locals,
                         LiveLookups& live, CallUpdates& updates, Metrics& metrics, Clock clock)
    : lookup_(std::move(lookup)),
      lookups_(lookups),
      book_(book),
      locals_(locals),
      live_(live),
      updates_(updates),
      metrics_(metrics),
      clock_(std::move(clock)) {}

std::expected<Call, CallError> CallService::ring(const RingRequest& request) {
  const auto known = book_.find(request.account, request.call_id);
  if (known && *known) return again(request, **known);

  Asked asked;
  if (auto found = find_about(request, asked); !found) return std::unexpected(found.error());
  Answer answer = lookup_.look(request, asked.about ? &*asked.about : nullptr);
  if (is_unknown(answer) && !request.about) ask_live(request, asked, answer);
  if (is_unknown(answer) && !request.about) create_caller(request, asked, answer);
  if (!answer) {
    metrics_.lookup_failed();
    return std::unexpected(of(answer.error()));
  }
  const auto took = asked.timer.elapsed();
  metrics_.lookup_answered(AskedBy::call, *answer, took);
  count_usage(*answer, took);
  // Who bears the number may be another than who was clicked.
  if (request.about && !asked.about) answer->withhold_default("who the call was started from is not here yet");
  Call call = call_of(request, *answer, asked.about);
  // A view that is held keeps old versions in memory.
  answer = std::unexpected(LookupError{});

  auto opened = book_.open(call);
  if (!opened) {
    // Who calls is known all the same.
    log::error("a call could not be written down: {}", opened.error().message);
    return call;
  }
  if (!opened->is_new) return again(request, opened->call);
  metrics_.call_came(request.direction);
  follow(request, asked);
  return std::move(opened->call);
}

void CallService::follow(const RingRequest& request, const Asked& asked) {
  if (request.about && !asked.about) {
    updates_.follow_about(request, asked.about_fetch);
  } else if (asked.live_search != nullptr) {
    updates_.after_search(request, asked.live_search, asked.to_create);
  } else if (asked.to_create) {
    updates_.create_caller(request);
  }
}

// Whether the id is another call's: one with somebody else, or one that is over.
bool CallService::is_taken(const RingRequest& request, const Call& call) const {
  const auto now = clock_();
  if (call.ended_at && now - *call.ended_at > kRepeatedAfterEnd) return true;
  if (now - call.started_at > kRepeatedAfterStart || request.direction != call.direction) return true;
  const RingRequest first = ring_of(call);
  if (other_party(request) == other_party(first)) return false;
  const auto answer = lookup_.look(request, nullptr);
  const auto number = answer ? canonical_number(*answer) : std::nullopt;
  return !number || number != call.number;
}

// A call that is there already: the answer stays the one that it got, and another agent's screen may join.
std::expected<Call, CallError> CallService::again(const RingRequest& request, const Call& call) {
  if (is_taken(request, call)) {
    return std::unexpected(
        CallError{Kind::id_taken, fmt::format("call '{}' is there already, with another party or long over; a new call "
                                              "needs an id of its own",
                                              call.id)});
  }
  if (call.ended_at) return call;
  // What was to follow may have been lost with the process.
  const auto settings = lookups_.settings(request.account);
  const bool creates = settings != nullptr && settings->creates_unknown_callers &&
                       call.direction == index::CallDirection::inbound && !call.about;
  if (call.about_pending && request.about) updates_.follow_about(request, nullptr);
  if (creates && call.number && call.attributed().empty()) updates_.create_caller(request);

  const auto has = [](const Call& one, const std::string& agent) {
    return std::ranges::find(one.agents, agent) != one.agents.end();
  };
  if (std::ranges::all_of(request.agents, [&](const std::string& agent) { return has(call, agent); })) return call;
  auto joined = book_.change(request.account, call.id, clock_(), [&](Call& now) -> CallBook::Edit {
    std::vector<std::string> joining;
    for (const std::string& agent : request.agents) {
      if (has(now, agent) || now.agents.size() >= kAgentsMax) continue;
      now.agents.push_back(agent);
      joining.push_back(agent);
    }
    if (joining.empty()) return {};
    return {"ringing", std::move(joining), std::nullopt};
  });
  if (joined && *joined) return **std::move(joined);
  if (!joined) log::error("an agent could not join a call: {}", joined.error().message);
  return call;
}

std::expected<void, CallError> CallService::find_about(const RingRequest& request, Asked& asked) {
  if (!request.about) return {};
  const auto settings = lookups_.settings(request.account);
  if (settings == nullptr || !settings->source_labels.contains(request.about->source)) {
    return std::unexpected(CallError{Kind::unknown_source, fmt::format("no source '{}'", request.about->source)});
  }
  asked.about = lookup_.about(request);
  if (asked.about || !request.may_fetch || request.about->source == index::kLocalSource) return {};
  auto fetch = updates_.fetch_about(request);
  const bool may_wait = live_.take_place();
  const LiveLookups::Place place(may_wait ? &live_ : nullptr);
  const auto found = may_wait ? fetch->wait_for(settings->about_deadline) : std::nullopt;
  if (found && *found) asked.about = lookup_.about(request);
  if (!found) asked.about_fetch = std::move(fetch);
  return {};
}

void CallService::ask_live(const RingRequest& request, Asked& asked, Answer& answer) {
  const auto deadline = answer->account->live_deadline;
  if (!deadline || !live_.serves(request.account) || !live_.take_place()) return;
  const LiveLookups::Place place(&live_);
  const auto number = *canonical_number(*answer);
  answer = std::unexpected(LookupError{});
  auto search = live_.begin(request.account, number);
  const auto outcome = LiveLookups::wait(search.get(), left_of(*deadline, asked.timer));
  metrics_.live_asked(outcome);
  if (outcome == LiveLookups::Outcome::late) asked.live_search = std::move(search);
  answer = lookup_.look(request, nullptr);
}

void CallService::create_caller(const RingRequest& request, Asked& asked, Answer& answer) {
  if (!answer->account->creates_unknown_callers || request.direction != index::CallDirection::inbound) return;
  const Counted creating(creating_);
  // A CRM that has not answered yet may know him.
  asked.to_create = asked.live_search != nullptr || creating.now() > kCreatingMax;
  if (asked.to_create) return;
  const auto number = *canonical_number(*answer);
  answer = std::unexpected(LookupError{});
  const auto created = locals_.create_unknown(request.account, number, kCreatePatience, clock_());
  asked.to_create = !created && created.error().kind == LocalError::Kind::busy;
  // Somebody else may have got the number meanwhile, which the new lookup shows.
  answer = lookup_.look(request, nullptr);
}

Call CallService::call_of(const RingRequest& request, const LookupAnswer& answer,
                          const std::optional<index::Record>& about) const {
  Call call;
  call.account = request.account;
  call.id = request.call_id;
  call.direction = request.direction;
  call.from = request.from;
  call.to = request.to;
  call.region = request.region;
  call.plan = request.plan;
  call.number = canonical_number(answer);
  call.line = lookups_.line_name(*answer.account, own_line(request));
  call.agents = request.agents;
  call.started_at = clock_();
  call.answer = answer_text(answer);
  call.policy = policy_text(*answer.account);
  call.shown = shown_records(answer);
  if (request.about) {
    call.about = about ? about->id : ids_of(*request.about).front();
    call.about_pending = !about;
    // A ticket can be attributed to it also while it is not mirrored.
    if (!about) call.shown = {*call.about};
  }
  return call;
}

}  // namespace ringdex::server

#include "server/calls/call_updates.h"

#include <utility>

#include "config/logging/log.h"
#include "server/calls/call_json.h"

namespace ringdex::server {
namespace {

using index::Call;
using index::RecordId;

constexpr std::string_view kAbout = "about";
constexpr std::string_view kNamed = "named";
// A call that never was said to have ended is over by then.
constexpr std::chrono::hours kCallOnMax{4};
constexpr std::size_t kCallsOnMax = 50;

}  // namespace

CallUpdates::CallUpdates(CallLookup lookup, CallBook& book, LocalRecords& locals, FetchRecord fetch, Clock clock,
                         std::vector<std::chrono::milliseconds> about_retries)
    : lookup_(std::move(lookup)),
      book_(book),
      locals_(locals),
      fetch_(std::move(fetch)),
      clock_(std::move(clock)),
      about_retries_(std::move(about_retries)) {}

void CallUpdates::after_search(const RingRequest& request, const std::shared_ptr<Inquiry>& search, bool create) {
  search->when_settled([this, request, create](bool found) {
    late_.run([this, request, create, found] {
      if (found) return reconsider(request, "live");
      if (create) create_now(request);
    });
  });
}

void CallUpdates::create_caller(const RingRequest& request) {
  late_.run([this, request] { create_now(request); });
}

void CallUpdates::create_now(const RingRequest& request) {
  if (auto answer = lookup_.look(request, nullptr); is_unknown(answer)) {
    const auto number = *canonical_number(*answer);
    // A view that is held keeps old versions in memory.
    answer = std::unexpected(LookupError{});
    const auto created = locals_.create_unknown(request.account, number, std::nullopt, clock_());
    if (!created && created.error().kind != LocalError::Kind::number_known) {
      return log::error("no local record for an unknown caller: {}", created.error().message);
    }
  }
  reconsider(request, "created");
}

std::shared_ptr<Inquiry> CallUpdates::fetch_about(const RingRequest& request) {
  const std::vector<RecordId> ids = ids_of(*request.about);
  const auto inquiry = std::make_shared<Inquiry>();
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(fetches_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<Inquiry>& running = fetches_[request.account + "/" + ids.front().to_string()];
    const auto known = running.lock();
    if (known != nullptr && !known->wait_for(std::chrono::milliseconds(0))) return known;
    running = inquiry;
  }
  inquiry->expect(1);
  fetch(request, ids, inquiry);
  return inquiry;
}

// One id after the other, until one is there.
void CallUpdates::fetch(const RingRequest& request, std::vector<RecordId> ids,
                        const std::shared_ptr<Inquiry>& inquiry) {
  const RecordId id = std::move(ids.front());
  ids.erase(ids.begin());
  const bool asked = fetch_(request.account, id, [this, request, ids = std::move(ids), inquiry](bool found) {
    if (found || ids.empty()) return inquiry->answer(found);
    late_.run([this, request, ids, inquiry] { fetch(request, ids, inquiry); });
  });
  if (!asked) inquiry->answer(false);
}

void CallUpdates::follow_about(const RingRequest& request, const std::shared_ptr<Inquiry>& fetch) {
  fetch == nullptr ? retry_about(request, 0) : await_about(request, *fetch, 0);
}

void CallUpdates::await_about(const RingRequest& request, Inquiry& fetch, std::size_t tries) {
  fetch.when_settled([this, request, tries](bool found) {
    late_.run([this, request, tries, found] { found ? reconsider(request, kAbout) : retry_about(request, tries); });
  });
}

// A CRM that did not know it a moment ago may know it now, and a webhook may have brought it.
void CallUpdates::retry_about(const RingRequest& request, std::size_t tries) {
  if (tries >= about_retries_.size()) return;
  late_.run_after(about_retries_[tries], [this, request, tries] {
    if (lookup_.about(request)) return reconsider(request, kAbout);
    if (!request.may_fetch) return retry_about(request, tries + 1);
    await_about(request, *fetch_about(request), tries + 1);
  });
}

// The call's answer with what is known by now.
void CallUpdates::reconsider(const RingRequest& request, std::string_view cause) {
  const auto about = request.about ? lookup_.about(request) : std::nullopt;
  if (request.about && !about) return;
  auto answer = lookup_.look(request, about ? &*about : nullptr);
  if (!answer) return log::error("a call stays as it was: {}", answer.error().message);
  const auto number = canonical_number(*answer);
  auto shown = shown_records(*answer);
  if (shown.empty() && cause != kNamed) return;
  const std::string text = answer_text(*answer);
  answer = std::unexpected(LookupError{});
  const auto now = clock_();
  const auto changed = book_.change(request.account, request.call_id, now, [&](Call& call) -> CallBook::Edit {
    const auto& before = call.changes.empty() ? call.shown : call.changes.back().shown;
    const bool is_same = cause == kAbout ? !call.about_pending : before == shown && cause != kNamed;
    if (is_same || number != call.number || call.changes.size() >= kChangesMax) return {};
    if (about) call.about = about->id;
    call.about_pending = false;
    call.changes.push_back({std::string(cause), now, text, std::move(shown)});
    return {"changed", {}, std::nullopt};
  });
  if (!changed) log::error("a call stays as it was: {}", changed.error().message);
}

void CallUpdates::number_named(const std::string& account, telephony::PhoneNumber number) {
  late_.run([this, account, number] {
    const auto calls = book_.list(account, {.number = number,
                                            .agent = {},
                                            .records = {},
                                            .since = clock_() - kCallOnMax,
                                            .until = {},
                                            .behind = {},
                                            .calls_max = kCallsOnMax});
    if (!calls) return log::error("calls stay as they were: {}", calls.error().message);
    for (const Call& call : *calls) {
      if (!call.ended_at && !call.about) reconsider(ring_of(call), kNamed);
    }
  });
}

}  // namespace ringdex::server

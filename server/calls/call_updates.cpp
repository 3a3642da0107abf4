#include "server/calls/call_updates.h"

#include <utility>

#include "config/logging/log.h"
#include "server/calls/call_json.h"
#include "server/json/lookup_json.h"

namespace ringdex::server {
namespace {

using index::Call;

constexpr std::string_view kAbout = "about";
constexpr std::string_view kNamed = "named";
// A call that never was said to have ended is over by then.
constexpr std::chrono::hours kCallOnMax{4};
constexpr std::size_t kCallsOnMax = 50;

}  // namespace

void CallUpdates::follow_search(const RingRequest& request, const CallerSearch::Open& open) {
  if (open.crms == nullptr) {
    if (open.to_create) later_.run([this, request] { create(request); });
    return;
  }
  open.crms->when_settled([this, request, to_create = open.to_create](bool found) {
    later_.run([this, request, to_create, found] {
      if (found) return reconsider(request, "live");
      if (to_create) create(request);
    });
  });
}

void CallUpdates::create(const RingRequest& request) {
  if (const auto created = search_.create_late(lookup_request(request)); !created) {
    return log::error("no local record for an unknown caller: {}", created.error().message);
  }
  reconsider(request, "created");
}

void CallUpdates::follow_about(const RingRequest& request, const std::shared_ptr<Inquiry>& fetch) {
  fetch == nullptr ? retry_about(request, 0) : await_about(request, *fetch, 0);
}

void CallUpdates::await_about(const RingRequest& request, Inquiry& fetch, std::size_t tries) {
  fetch.when_settled([this, request, tries](bool found) {
    later_.run([this, request, tries, found] { found ? reconsider(request, kAbout) : retry_about(request, tries); });
  });
}

// A CRM that did not know it a moment ago may know it now, and a webhook may have brought it.
void CallUpdates::retry_about(const RingRequest& request, std::size_t tries) {
  if (tries >= about_retries_.size()) return;
  later_.run_after(about_retries_[tries], [this, request, tries] {
    const auto known = about_.find_or_fetch(request);
    if (known.record) return reconsider(request, kAbout);
    known.fetch == nullptr ? retry_about(request, tries + 1) : await_about(request, *known.fetch, tries + 1);
  });
}

// The call's answer with what is known by now.
void CallUpdates::reconsider(const RingRequest& request, std::string_view cause) {
  const auto about = request.about ? about_.find(request) : std::nullopt;
  if (request.about && !about) return;
  auto answer = search_.look(lookup_request(request, about ? &*about : nullptr));
  if (!answer) return log::error("a call stays as it was: {}", answer.error().message);
  const auto number = canonical_number(*answer);
  auto shown = shown_records(*answer);
  if (shown.empty() && cause != kNamed) return;
  const std::string text = answer_text(*answer);
  answer = std::unexpected(LookupError{});
  const auto now = search_.now();
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
  later_.run([this, account, number] {
    const auto calls = book_.list(account, {.number = number,
                                            .agent = {},
                                            .records = {},
                                            .since = search_.now() - kCallOnMax,
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

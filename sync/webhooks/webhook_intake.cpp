#include "sync/webhooks/webhook_intake.h"

#include <algorithm>
#include <utility>

#include "config/logging/log.h"
#include "sync/webhooks/hint_codec.h"

namespace ringdex::sync {
namespace {

constexpr std::pair<std::uint64_t RefusedWebhooks::*, const char*> kReasons[] = {
    {&RefusedWebhooks::bad_signature, "bad_signature"},
    {&RefusedWebhooks::outside_time_window, "outside_time_window"},
    {&RefusedWebhooks::malformed, "malformed"},
    {&RefusedWebhooks::not_supported, "not_supported"},
    {&RefusedWebhooks::not_stored, "not_stored"}};

std::uint64_t RefusedWebhooks::* reason_of(WebhookRefusal refusal) {
  switch (refusal) {
    case WebhookRefusal::malformed:
      return &RefusedWebhooks::malformed;
    case WebhookRefusal::not_supported:
      return &RefusedWebhooks::not_supported;
    case WebhookRefusal::outside_time_window:
      return &RefusedWebhooks::outside_time_window;
    case WebhookRefusal::unsigned_request:
    case WebhookRefusal::bad_signature:
      break;
  }
  return &RefusedWebhooks::bad_signature;
}

}  // namespace

RefusedWebhooks& RefusedWebhooks::operator+=(const RefusedWebhooks& other) {
  for (const auto& [member, name] : kReasons) this->*member += other.*member;
  if (other.last_at && (!last_at || *other.last_at > *last_at)) {
    last_at = other.last_at;
    last_reason = other.last_reason;
  }
  return *this;
}

WebhookIntake::WebhookIntake(WebhookIntakeOptions options, const Connector& connector, index::Index& index,
                             index::Inbox& inbox)
    : options_(std::move(options)), connector_(connector), index_(index), inbox_(inbox) {}

std::expected<WebhookAccepted, WebhookFailure> WebhookIntake::accept(const WebhookRequest& request, TimePoint now) {
  const auto hints = connector_.read_webhook(request, now);
  if (!hints) {
    count(reason_of(hints.error()), now);
    switch (hints.error()) {
      case WebhookRefusal::malformed:
        return std::unexpected(WebhookFailure::malformed);
      case WebhookRefusal::not_supported:
        return std::unexpected(WebhookFailure::not_supported);
      case WebhookRefusal::unsigned_request:
      case WebhookRefusal::bad_signature:
      case WebhookRefusal::outside_time_window:
        return std::unexpected(WebhookFailure::refused);
    }
  }
  WebhookAccepted accepted{.events = hints->size(), .ignored = 0};
  std::vector<std::string> payloads;
  std::vector<const Hint*> kept;
  std::vector<const Hint*> ignored;
  for (const Hint& hint : *hints) {
    // The delta after a disabled source is enabled brings what changed, but not who was merged into whom.
    const bool is_kept = !disabled_ || hint.kind == Hint::Kind::deleted || hint.kind == Hint::Kind::merged;
    if (hint.kind == Hint::Kind::ignored || !is_kept) {
      ++accepted.ignored;
      ignored.push_back(&hint);
      continue;
    }
    kept.push_back(&hint);
    payloads.push_back(encode_hint({.hint = hint, .attempts = 0, .not_before = {}, .received_at = now}));
  }
  if (!kept.empty()) {
    const auto numbers = inbox_.accept(options_.account, options_.source, payloads);
    if (!numbers) {
      log::error("{}: {}", options_.source, numbers.error().message);
      count(&RefusedWebhooks::not_stored, now);
      return std::unexpected(WebhookFailure::not_stored);
    }
    apply_deletions(kept, *numbers, now);
  }
  note_ignored(ignored, now);
  return accepted;
}

RefusedWebhooks WebhookIntake::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void WebhookIntake::count(std::uint64_t RefusedWebhooks::* reason, TimePoint now) {
  RefusedWebhooks one;
  one.*reason = 1;
  one.last_at = now;
  one.last_reason = std::ranges::find(kReasons, reason, [](const auto& known) { return known.first; })->second;
  const std::lock_guard lock(mutex_);
  refused_ += one;
}

// For the admin alone: that it fails is no reason to refuse them.
void WebhookIntake::note_ignored(const std::vector<const Hint*>& hints, TimePoint now) {
  std::vector<index::IgnoredEvent> events;
  for (const Hint* hint : hints) {
    const bool asks_nothing = hint->kind == Hint::Kind::ignored;
    events.push_back({encode_hint({.hint = *hint, .attempts = 0, .not_before = {}, .received_at = now}),
                      asks_nothing ? "it asks for nothing" : "the source is disabled"});
  }
  if (const auto noted = inbox_.note_ignored(options_.account, options_.source, events, now); !noted) {
    log::error("{}: {}", options_.source, noted.error().message);
  }
}

// All of a request in one write.
void WebhookIntake::apply_deletions(const std::vector<const Hint*>& hints, const std::vector<std::uint64_t>& numbers,
                                    TimePoint now) {
  index::ChangeBatch batch;
  batch.account = options_.account;
  batch.source = options_.source;
  batch.cause = index::ChangeCause::webhook;
  {
    const index::IndexView view = index_.read();
    for (std::size_t i = 0; i < hints.size(); ++i) {
      if (hints[i]->kind != Hint::Kind::deleted) continue;
      if (auto done = add_deletion(*hints[i], numbers[i], view, batch)) batch.inbox_done.push_back(*std::move(done));
    }
  }
  if (batch.deletions.empty()) return;
  // After a failure the events are still in the inbox, and the refresher settles them.
  if (const auto applied = index_.apply(std::move(batch), options_.policy, now); !applied) {
    log::error("{}: {}", options_.source, applied.error().message);
  }
}

// nullopt if a record changed after the deletion and may have been brought back, so that the refresher asks the source.
std::optional<index::EventDone> WebhookIntake::add_deletion(const Hint& hint, std::uint64_t number,
                                                            const index::IndexView& view,
                                                            index::ChangeBatch& batch) const {
  bool certain = true;
  index::EventDone done{.number = number};
  for (const std::string& external_id : hint.ids) {
    const index::RecordId id{options_.source, hint.record_kind, external_id};
    std::optional<index::RecordId> into;
    if (!hint.into.empty()) into = index::RecordId{options_.source, hint.record_kind, hint.into};
    batch.deletions.push_back({id, hint.happened_at.time_since_epoch().count(), into, false, number});
    const auto known = view.get(options_.account, id);
    const auto* live = known ? std::get_if<index::KnownRecord>(&*known) : nullptr;
    if (live && live->record.id == id && live->record.version > batch.deletions.back().version) certain = false;
    if (known && std::holds_alternative<index::UnknownRecord>(*known)) done.detail = "it was not known here";
    if (known && std::holds_alternative<index::GoneRecord>(*known)) done.detail = "it was gone already";
  }
  if (!options_.policy.delete_records && hint.into.empty()) {
    done.detail = "deletions of this source are not followed";
  }
  return certain ? std::optional(std::move(done)) : std::nullopt;
}

}  // namespace ringdex::sync

#include "sync/webhook_intake.h"

#include <spdlog/spdlog.h>

#include "sync/hint_codec.h"

namespace ringdex::sync {

WebhookIntake::WebhookIntake(WebhookIntakeOptions options, const Connector& connector, index::Index& index,
                             index::Inbox& inbox)
    : options_(std::move(options)), connector_(connector), index_(index), inbox_(inbox) {}

std::expected<WebhookAccepted, WebhookFailure> WebhookIntake::accept(const WebhookRequest& request, TimePoint now) {
  const auto hints = connector_.read_webhook(request, now);
  if (!hints) {
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
  for (const Hint& hint : *hints) {
    // The delta after a disabled source is enabled brings what changed, but not who was merged into whom.
    const bool is_kept = !disabled_ || hint.kind == Hint::Kind::deleted || hint.kind == Hint::Kind::merged;
    if (hint.kind == Hint::Kind::ignored || !is_kept) {
      ++accepted.ignored;
      continue;
    }
    kept.push_back(&hint);
    payloads.push_back(encode_hint({.hint = hint, .attempts = 0, .not_before = {}}));
  }
  if (kept.empty()) return accepted;
  const auto numbers = inbox_.accept(options_.account, options_.source, payloads);
  if (!numbers) {
    spdlog::error("{}: {}", options_.source, numbers.error().message);
    return std::unexpected(WebhookFailure::not_stored);
  }
  apply_deletions(kept, *numbers, now);
  return accepted;
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
      if (hints[i]->kind == Hint::Kind::deleted && add_deletion(*hints[i], view, batch)) {
        batch.inbox_done.push_back(numbers[i]);
      }
    }
  }
  if (batch.deletions.empty()) return;
  // After a failure the events are still in the inbox, and the refresher settles them.
  if (const auto applied = index_.apply(std::move(batch), options_.policy, now); !applied) {
    spdlog::error("{}: {}", options_.source, applied.error().message);
  }
}

// False: a record changed after the deletion and may have been brought back, so the refresher asks the source.
bool WebhookIntake::add_deletion(const Hint& hint, const index::IndexView& view, index::ChangeBatch& batch) const {
  bool certain = true;
  for (const std::string& external_id : hint.ids) {
    const index::RecordId id{options_.source, hint.record_kind, external_id};
    std::optional<index::RecordId> into;
    if (!hint.into.empty()) into = index::RecordId{options_.source, hint.record_kind, hint.into};
    batch.deletions.push_back({id, hint.happened_at.time_since_epoch().count(), into});
    const auto known = view.get(options_.account, id);
    const auto* live = known ? std::get_if<index::KnownRecord>(&*known) : nullptr;
    if (live && live->record.id == id && live->record.version > batch.deletions.back().version) certain = false;
  }
  return certain;
}

}  // namespace ringdex::sync

#include "sync/connectors/zendesk/zendesk_webhook.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "sync/json_fields.h"
#include "sync/webhooks/webhook_signature.h"
#include "telephony/text/printable.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using text::JsonView;

struct EventType {
  std::string_view name;
  Hint::Kind kind;
};

// The part of the type after its last ':' or '/', since Zendesk writes both.
constexpr std::array kEventTypes = {
    EventType{"user.deleted", Hint::Kind::deleted},
    EventType{"user.merged", Hint::Kind::merged},
    EventType{"user.created", Hint::Kind::refetch},
    EventType{"user.active_changed", Hint::Kind::refetch},  // deleted, if it says current: false
    EventType{"user.alias_changed", Hint::Kind::refetch},
    EventType{"user.custom_field_changed", Hint::Kind::refetch},
    EventType{"user.custom_role_changed", Hint::Kind::refetch},
    EventType{"user.default_group_changed", Hint::Kind::refetch},
    EventType{"user.details_changed", Hint::Kind::refetch},
    EventType{"user.external_id_changed", Hint::Kind::refetch},
    EventType{"user.group_membership_created", Hint::Kind::refetch},
    EventType{"user.group_membership_deleted", Hint::Kind::refetch},
    EventType{"user.identity_changed", Hint::Kind::refetch},
    EventType{"user.identity_created", Hint::Kind::refetch},
    EventType{"user.identity_deleted", Hint::Kind::refetch},
    EventType{"user.last_login_changed", Hint::Kind::refetch},
    EventType{"user.name_changed", Hint::Kind::refetch},
    EventType{"user.notes_changed", Hint::Kind::refetch},
    EventType{"user.only_private_comments_changed", Hint::Kind::refetch},
    EventType{"user.organization_membership_created", Hint::Kind::refetch},
    EventType{"user.organization_membership_deleted", Hint::Kind::refetch},
    EventType{"user.password_changed", Hint::Kind::refetch},
    EventType{"user.photo_changed", Hint::Kind::refetch},
    EventType{"user.role_changed", Hint::Kind::refetch},
    EventType{"user.suspended_changed", Hint::Kind::refetch},
    EventType{"user.tags_changed", Hint::Kind::refetch},
    EventType{"user.time_zone_changed", Hint::Kind::refetch},
    EventType{"organization.created", Hint::Kind::organization},
    EventType{"organization.deleted", Hint::Kind::organization},
    EventType{"organization.name_changed", Hint::Kind::organization},
};

// The id in "zen:user:6596848315901".
std::optional<std::string> subject_id(JsonView event, std::string_view prefix) {
  const std::string_view subject = event["subject"].text().value_or("");
  if (!subject.starts_with(prefix)) return std::nullopt;
  return digit_id(subject.substr(prefix.size()));
}

void add_id(std::vector<std::string>& ids, const std::optional<std::string>& id) {
  if (id && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
}

// The ids that an event of this kind names; empty if it names none.
std::vector<std::string> ids_of(JsonView event, Hint::Kind kind) {
  std::vector<std::string> ids;
  add_id(ids, digit_id(event["detail"]["id"]));
  if (kind == Hint::Kind::merged || ids.empty()) {
    add_id(ids, subject_id(event, kind == Hint::Kind::organization ? "zen:organization:" : "zen:user:"));
  }
  if (kind == Hint::Kind::merged) {
    add_id(ids, digit_id(event["event"]["user"]["id"]));
  }
  return ids;
}

Hint::Kind kind_of(JsonView event, std::string_view type) {
  const auto cut = type.find_last_of(":/");
  const std::string_view name = cut == std::string_view::npos ? type : type.substr(cut + 1);
  const auto known =
      std::find_if(kEventTypes.begin(), kEventTypes.end(), [&](const EventType& entry) { return entry.name == name; });
  if (known == kEventTypes.end()) return Hint::Kind::ignored;
  if (name == "user.active_changed" && event["event"]["current"].boolean() == false) return Hint::Kind::deleted;
  return known->kind;
}

}  // namespace

std::expected<std::vector<Hint>, WebhookRefusal> read_zendesk_webhook(const WebhookRequest& request,
                                                                      const std::string& secret, TimePoint now) {
  if (secret.empty()) return std::unexpected(WebhookRefusal::not_supported);
  const auto* signature = webhook_header(request, "x-zendesk-webhook-signature");
  const auto* timestamp = webhook_header(request, "x-zendesk-webhook-signature-timestamp");
  if (signature == nullptr || timestamp == nullptr) return std::unexpected(WebhookRefusal::unsigned_request);
  if (!webhook_signature_holds(*signature, *timestamp + request.body, secret)) {
    return std::unexpected(WebhookRefusal::bad_signature);
  }
  const auto sent_at = text::parse_iso_time(*timestamp);
  if (!sent_at || !is_inside_webhook_window(*sent_at, now)) {
    return std::unexpected(WebhookRefusal::outside_time_window);
  }

  const auto event = text::JsonDocument::parse(request.body);
  if (!event) return std::unexpected(WebhookRefusal::malformed);
  const std::string_view type = (*event)["type"].text().value_or("");
  if (type.empty()) return std::unexpected(WebhookRefusal::malformed);
  Hint hint;
  hint.kind = kind_of(*event, type);
  hint.type = text::printable(type);
  hint.event_id = text::printable((*event)["id"].text().value_or(""));
  hint.happened_at = iso_time((*event)["time"]).value_or(*sent_at);
  if (hint.kind != Hint::Kind::ignored) {
    hint.ids = ids_of(*event, hint.kind);
    if (hint.ids.empty()) return std::unexpected(WebhookRefusal::malformed);
    // A merge that names one id only can still be looked after.
    if (hint.kind == Hint::Kind::merged && hint.ids.size() == 1) hint.kind = Hint::Kind::refetch;
  }
  return std::vector<Hint>{std::move(hint)};
}

}  // namespace ringdex::sync

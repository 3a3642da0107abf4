#include "sync/connectors/pipedrive/pipedrive_webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "sync/clean_text.h"
#include "sync/connectors/pipedrive/pipedrive_rows.h"
#include "sync/json_fields.h"
#include "sync/webhooks/webhook_signature.h"
#include "telephony/text/base64.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using index::RecordKind;
using text::JsonView;

constexpr std::size_t kAuthorizationBytesMax = 8192;

// Digests are compared, so that neither the place of a difference nor a length shows in the time it takes.
bool is_same_secret(const std::string& given, const std::string& expected) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> a{};
  std::array<unsigned char, EVP_MAX_MD_SIZE> b{};
  unsigned a_bytes = 0;
  unsigned b_bytes = 0;
  if (EVP_Digest(given.data(), given.size(), a.data(), &a_bytes, EVP_sha256(), nullptr) != 1 ||
      EVP_Digest(expected.data(), expected.size(), b.data(), &b_bytes, EVP_sha256(), nullptr) != 1) {
    return false;
  }
  return a_bytes == b_bytes && CRYPTO_memcmp(a.data(), b.data(), a_bytes) == 0;
}

std::optional<std::string> basic_credentials(const std::string& authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() > kAuthorizationBytesMax) return std::nullopt;
  if (text::ascii_lower(std::string_view(authorization).substr(0, kScheme.size())) != kScheme) return std::nullopt;
  return text::base64_decode(std::string_view(authorization).substr(kScheme.size()));
}

enum class Action { created_or_changed, deleted, merged, unknown };

struct Event {
  std::string entity;
  Action action = Action::unknown;
  std::string type;
  std::string event_id;
  JsonView entity_id;
  JsonView merged_into;  // of the loser's deletion
  JsonView merged_from;  // of the winner's change
  std::optional<TimePoint> happened_at;
};

Action action_of(const std::string& name) {
  if (name == "create" || name == "change" || name == "added" || name == "updated") return Action::created_or_changed;
  if (name == "delete" || name == "deleted") return Action::deleted;
  return name == "merged" ? Action::merged : Action::unknown;
}

// A number of seconds since 1970, as version 1 writes its times.
std::optional<TimePoint> unix_time(JsonView value) {
  constexpr std::uint64_t kSecondsMax = 253'402'300'799;
  const auto seconds = value.natural();
  if (!seconds || *seconds > kSecondsMax) return std::nullopt;
  return TimePoint(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
}

std::optional<Event> read_event(JsonView body) {
  const JsonView meta = body["meta"];
  if (!meta) return std::nullopt;
  Event event;
  const std::string action = meta["action"].text_or_empty();
  event.action = action_of(action);
  event.entity = meta["entity"].text_or_empty();
  if (!event.entity.empty()) {
    event.entity_id = meta["entity_id"];
    event.event_id = meta["id"].text_or_empty();
    event.merged_into = meta["merged_to_id"];
    event.merged_from = meta["merged_from_id"];
    event.happened_at = parse_pipedrive_time(meta["timestamp"].text().value_or(""));
  } else {
    // Version 1: `id` is the entity's, and there is no id of the event.
    event.entity = meta["object"].text_or_empty();
    event.entity_id = meta["id"];
    event.happened_at = unix_time(meta["timestamp"]);
    if (event.action == Action::merged) event.merged_from = body["current"]["merge_what_id"];
  }
  if (event.entity.empty() || action.empty()) return std::nullopt;
  event.type = action + "." + event.entity;
  return event;
}

std::optional<std::string> id_of(JsonView value, RecordKind kind) {
  return kind == RecordKind::lead ? lead_id(value) : digit_id(value);
}

// The hints of an event about a person or a lead; nullopt if it names no id.
std::optional<std::vector<Hint>> record_hints(const Event& event, Hint hint) {
  const auto id = id_of(event.entity_id, hint.record_kind);
  if (!id) return std::nullopt;
  const auto with = [&hint](Hint::Kind kind, std::vector<std::string> ids) {
    Hint made = hint;
    made.kind = kind;
    made.ids = std::move(ids);
    return made;
  };
  if (event.action == Action::deleted) {
    auto deleted = with(Hint::Kind::deleted, {*id});
    const auto winner = id_of(event.merged_into, hint.record_kind);
    if (!winner || *winner == *id) return std::vector<Hint>{std::move(deleted)};
    deleted.into = *winner;
    return std::vector<Hint>{std::move(deleted), with(Hint::Kind::refetch, {*winner})};
  }
  std::vector<Hint> hints{with(Hint::Kind::refetch, {*id})};
  const auto loser = id_of(event.merged_from, hint.record_kind);
  if (loser && *loser != *id) hints.push_back(with(Hint::Kind::merged, {*loser, *id}));
  return hints;
}

std::optional<std::vector<Hint>> hints_of(const Event& event, TimePoint now) {
  Hint hint;
  hint.type = text::printable(event.type);
  hint.event_id = text::printable(event.event_id);
  hint.happened_at = event.happened_at && *event.happened_at <= now + kWebhookWindow ? *event.happened_at : now;
  const bool is_organization = event.entity == "organization";
  const bool is_record = event.entity == "person" || event.entity == "lead";
  if (event.action == Action::unknown || (!is_organization && !is_record)) return std::vector<Hint>{std::move(hint)};
  if (is_organization) {
    const auto id = digit_id(event.entity_id);
    if (!id) return std::nullopt;
    hint.kind = Hint::Kind::organization;
    hint.ids = {*id};
    return std::vector<Hint>{std::move(hint)};
  }
  hint.record_kind = event.entity == "lead" ? RecordKind::lead : RecordKind::contact;
  return record_hints(event, std::move(hint));
}

}  // namespace

std::expected<std::vector<Hint>, WebhookRefusal> read_pipedrive_webhook(const WebhookRequest& request,
                                                                        const std::string& user,
                                                                        const std::string& password, TimePoint now) {
  if (user.empty() && password.empty()) return std::unexpected(WebhookRefusal::not_supported);
  const auto* authorization = webhook_header(request, "authorization");
  if (authorization == nullptr) return std::unexpected(WebhookRefusal::unsigned_request);
  const auto given = basic_credentials(*authorization);
  if (!given || !is_same_secret(*given, user + ":" + password)) return std::unexpected(WebhookRefusal::bad_signature);

  const auto body = text::JsonDocument::parse(request.body);
  const auto event = body ? read_event(*body) : std::nullopt;
  if (!event) return std::unexpected(WebhookRefusal::malformed);
  auto hints = hints_of(*event, now);
  if (!hints) return std::unexpected(WebhookRefusal::malformed);
  return *std::move(hints);
}

}  // namespace ringdex::sync

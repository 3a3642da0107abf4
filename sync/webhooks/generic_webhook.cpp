#include "sync/webhooks/generic_webhook.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "sync/clean_text.h"
#include "sync/json_fields.h"
#include "sync/webhooks/webhook_signature.h"
#include "telephony/text/printable.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using nlohmann::json;

constexpr std::size_t kIdBytesMax = 255;
constexpr std::size_t kTimestampDigitsMax = 12;

std::optional<TimePoint> unix_time(std::string_view text) {
  std::int64_t seconds = 0;
  const auto* end = text.data() + text.size();
  if (text.empty() || text.size() > kTimestampDigitsMax) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  if (std::from_chars(text.data(), end, seconds).ptr != end) return std::nullopt;
  return TimePoint(std::chrono::seconds(seconds));
}

// An id as text or as a whole number; nothing: none that a record can have.
std::optional<std::string> id_of(const json& event, const char* name) {
  const auto* value = member(event, name);
  if (value == nullptr || value->is_boolean()) return std::nullopt;
  std::string id = value_text(*value);
  if (id.empty() || id.size() > kIdBytesMax || clean_line(id) != id) return std::nullopt;
  return id;
}

Hint::Kind kind_of(const std::string& type) {
  if (type == "changed") return Hint::Kind::refetch;
  if (type == "deleted") return Hint::Kind::deleted;
  if (type == "merged") return Hint::Kind::merged;
  return Hint::Kind::ignored;
}

std::optional<Hint> read_event(const json& event, TimePoint sent_at) {
  const std::string type = text_member(event, "type");
  if (type.empty()) return std::nullopt;
  Hint hint;
  hint.kind = kind_of(type);
  hint.type = text::printable(type);
  hint.event_id = text::printable(text_member(event, "id"));
  hint.happened_at = std::min(text::parse_iso_time(text_member(event, "time")).value_or(sent_at), sent_at);
  const std::string kind = text_member(event, "kind");
  if (kind == "lead") {
    hint.record_kind = index::RecordKind::lead;
  } else if (!kind.empty() && kind != "contact") {
    hint.kind = Hint::Kind::ignored;
  }
  if (hint.kind == Hint::Kind::ignored) return hint;
  auto external_id = id_of(event, "external_id");
  if (!external_id) return std::nullopt;
  const bool names_survivor = member(event, "into") != nullptr;
  auto into = id_of(event, "into");
  if (names_survivor && !into) return std::nullopt;
  if (into == external_id) into.reset();
  hint.ids.push_back(*std::move(external_id));
  if (hint.kind == Hint::Kind::merged) {
    if (into) {
      hint.ids.push_back(*std::move(into));
    } else {
      hint.kind = Hint::Kind::refetch;
    }
  } else if (hint.kind == Hint::Kind::deleted && into) {
    hint.into = *std::move(into);
  }
  return hint;
}

}  // namespace

std::expected<std::vector<Hint>, WebhookRefusal> read_generic_webhook(const WebhookRequest& request,
                                                                      const std::string& secret, TimePoint now) {
  if (secret.empty()) return std::unexpected(WebhookRefusal::not_supported);
  const auto* signature = webhook_header(request, "x-ringdex-signature");
  const auto* timestamp = webhook_header(request, "x-ringdex-timestamp");
  if (signature == nullptr || timestamp == nullptr) return std::unexpected(WebhookRefusal::unsigned_request);
  if (!webhook_signature_holds(*signature, *timestamp + "." + request.body, secret)) {
    return std::unexpected(WebhookRefusal::bad_signature);
  }
  const auto sent_at = unix_time(*timestamp);
  if (!sent_at || !is_inside_webhook_window(*sent_at, now)) {
    return std::unexpected(WebhookRefusal::outside_time_window);
  }

  const auto body = read_json(request.body);
  const auto* events = body ? array_member(*body, "events") : nullptr;
  if (events == nullptr || events->size() > kGenericEventsMax) return std::unexpected(WebhookRefusal::malformed);
  std::vector<Hint> hints;
  hints.reserve(events->size());
  for (const auto& event : *events) {
    auto hint = read_event(event, *sent_at);
    if (!hint) return std::unexpected(WebhookRefusal::malformed);
    hints.push_back(*std::move(hint));
  }
  return hints;
}

}  // namespace ringdex::sync

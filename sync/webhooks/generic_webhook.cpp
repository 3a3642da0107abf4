#include "sync/webhooks/generic_webhook.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "sync/clean_text.h"
#include "sync/json_fields.h"
#include "sync/webhooks/webhook_signature.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using text::JsonView;

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

// An id as text or as a whole number; nullopt if it is none that a record can have.
std::optional<std::string> id_of(JsonView event, const char* name) {
  const JsonView value = event[name];
  if (value.is_boolean()) return std::nullopt;
  std::string id = value.as_text();
  if (id.empty() || id.size() > kIdBytesMax || clean_line(id) != id) return std::nullopt;
  return id;
}

Hint::Kind kind_of(std::string_view type) {
  if (type == "changed") return Hint::Kind::refetch;
  if (type == "deleted") return Hint::Kind::deleted;
  if (type == "merged") return Hint::Kind::merged;
  return Hint::Kind::ignored;
}

std::optional<Hint> read_event(JsonView event, TimePoint sent_at) {
  const std::string_view type = event["type"].text().value_or("");
  if (type.empty()) return std::nullopt;
  Hint hint;
  hint.kind = kind_of(type);
  hint.type = text::printable(type);
  hint.event_id = text::printable(event["id"].text().value_or(""));
  hint.happened_at = std::min(iso_time(event["time"]).value_or(sent_at), sent_at);
  const std::string_view kind = event["kind"].text().value_or("");
  if (kind == "lead") {
    hint.record_kind = index::RecordKind::lead;
  } else if (!kind.empty() && kind != "contact") {
    hint.kind = Hint::Kind::ignored;
  }
  if (hint.kind == Hint::Kind::ignored) return hint;
  auto external_id = id_of(event, "external_id");
  if (!external_id) return std::nullopt;
  auto into = id_of(event, "into");
  if (event["into"] && !into) return std::nullopt;
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

  const auto body = text::JsonDocument::parse(request.body);
  const JsonView events = body ? (*body)["events"] : JsonView();
  if (!events.is_list() || events.size() > kGenericEventsMax) return std::unexpected(WebhookRefusal::malformed);
  std::vector<Hint> hints;
  hints.reserve(events.size());
  for (const JsonView event : events) {
    auto hint = read_event(event, *sent_at);
    if (!hint) return std::unexpected(WebhookRefusal::malformed);
    hints.push_back(*std::move(hint));
  }
  return hints;
}

}  // namespace ringdex::sync

#include "sync/connectors/zendesk/zendesk_cursor.h"

#include <nlohmann/json.hpp>

#include "sync/json_fields.h"

namespace ringdex::sync {
namespace {

constexpr int kVersion = 1;

std::optional<std::int64_t> seconds_member(const nlohmann::json& json, const char* name) {
  const auto* value = member(json, name);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  const auto seconds = value->get<std::uint64_t>();
  if (seconds > 253'402'300'799) return std::nullopt;  // the end of the year 9999
  return static_cast<std::int64_t>(seconds);
}

}  // namespace

std::string ZendeskCursor::to_text() const {
  nlohmann::json json{{"v", kVersion},
                      {"stage", stage == Stage::organizations ? "organizations" : "users"},
                      {"listing", listing},
                      {"listed_until", listed_until},
                      {"organizations_since", organizations_since},
                      {"users_since", users_since}};
  if (!after_cursor.empty()) json["after_cursor"] = after_cursor;
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::optional<ZendeskCursor> ZendeskCursor::from_text(const std::string& text) {
  if (text.empty()) return ZendeskCursor{};
  const auto json = read_json(text);
  if (!json) return std::nullopt;
  const auto* version = member(*json, "v");
  const auto listing = bool_member(*json, "listing");
  const auto listed_until = seconds_member(*json, "listed_until");
  const auto organizations_since = seconds_member(*json, "organizations_since");
  const auto users_since = seconds_member(*json, "users_since");
  const std::string stage = text_member(*json, "stage");
  if (version == nullptr || *version != kVersion || !listing || !listed_until || !organizations_since || !users_since) {
    return std::nullopt;
  }
  if (stage != "organizations" && stage != "users") return std::nullopt;
  return ZendeskCursor{stage == "users" ? Stage::users : Stage::organizations,
                       *listing,
                       *listed_until,
                       *organizations_since,
                       *users_since,
                       text_member(*json, "after_cursor")};
}

}  // namespace ringdex::sync

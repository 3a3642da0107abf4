#include "sync/connectors/zendesk/zendesk_cursor.h"

#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

namespace ringdex::sync {
namespace {

constexpr int kVersion = 1;

std::optional<std::int64_t> seconds_of(text::JsonView value) {
  const auto seconds = value.natural();
  if (!seconds || *seconds > 253'402'300'799) return std::nullopt;  // the end of the year 9999
  return static_cast<std::int64_t>(*seconds);
}

}  // namespace

std::string ZendeskCursor::to_text() const {
  std::string written;
  text::JsonWriter writer(written);
  writer.open('{');
  if (!after_cursor.empty()) writer.member("after_cursor", after_cursor);
  writer.member("listed_until", listed_until)
      .member("listing", listing)
      .member("organizations_since", organizations_since)
      .member("stage", kZendeskStages.name_of(stage))
      .member("users_since", users_since)
      .member("v", kVersion)
      .close('}');
  return written;
}

std::optional<ZendeskCursor> ZendeskCursor::from_text(const std::string& text) {
  if (text.empty()) return ZendeskCursor{};
  const auto json = text::JsonDocument::parse(text);
  if (!json) return std::nullopt;
  const auto listing = (*json)["listing"].boolean();
  const auto listed_until = seconds_of((*json)["listed_until"]);
  const auto organizations_since = seconds_of((*json)["organizations_since"]);
  const auto users_since = seconds_of((*json)["users_since"]);
  const auto known = kZendeskStages.value_of((*json)["stage"].text_or_empty());
  if ((*json)["v"].integer() != kVersion || !listing || !listed_until || !organizations_since || !users_since) {
    return std::nullopt;
  }
  if (!known) return std::nullopt;
  return ZendeskCursor{
      *known, *listing, *listed_until, *organizations_since, *users_since, (*json)["after_cursor"].text_or_empty()};
}

}  // namespace ringdex::sync

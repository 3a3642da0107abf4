#include "sync/connectors/pipedrive/pipedrive_cursor.h"

#include <string_view>

#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

namespace ringdex::sync {
namespace {

using Stage = PipedriveCursor::Stage;

constexpr int kVersion = 1;
constexpr std::uint64_t kTimeMax = 253'402'300'799'000;  // the end of the year 9999
constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr std::size_t kAnchorsMax = 8;

// An absent member is 0; anything but a whole number up to `most` makes the cursor void.
template <typename Number>
bool read_number(text::JsonView value, std::uint64_t most, Number& into) {
  if (!value) return true;
  const auto number = value.natural();
  if (!number || *number > most) return false;
  into = static_cast<Number>(*number);
  return true;
}

}  // namespace

void PipedriveCursor::enter(Stage to) {
  stage = to;
  began = 0;
  seen = 0;
  next.clear();
  rows = 0;
  start = 0;
  anchors.clear();
  restarts = 0;
}

std::string PipedriveCursor::to_text() const {
  std::string written;
  text::JsonWriter writer(written);
  const auto put = [&writer](std::string_view name, const auto& value) {
    if (value != std::decay_t<decltype(value)>{}) writer.member(name, value);
  };
  writer.open('{');
  put("anchors", anchors);
  put("began", began);
  put("leads_since", leads_since);
  writer.member("listing", listing);
  put("next", next);
  put("organizations_since", organizations_since);
  put("persons_since", persons_since);
  put("restarts", restarts);
  put("rows", rows);
  put("seen", seen);
  writer.member("stage", kPipedriveStages.name_of(stage));
  put("start", start);
  writer.member("v", kVersion).close('}');
  return written;
}

std::optional<PipedriveCursor> PipedriveCursor::from_text(const std::string& text) {
  if (text.empty()) return PipedriveCursor{};
  const auto json = text::JsonDocument::parse(text);
  if (!json) return std::nullopt;
  PipedriveCursor cursor;
  const auto listing = (*json)["listing"].boolean();
  if ((*json)["v"].integer() != kVersion || !listing) return std::nullopt;
  cursor.listing = *listing;
  const auto known = kPipedriveStages.value_of((*json)["stage"].text_or_empty());
  if (!known) return std::nullopt;
  cursor.stage = *known;
  const bool good =
      read_number((*json)["organizations_since"], kTimeMax, cursor.organizations_since) &&
      read_number((*json)["persons_since"], kTimeMax, cursor.persons_since) &&
      read_number((*json)["leads_since"], kTimeMax, cursor.leads_since) &&
      read_number((*json)["began"], kTimeMax, cursor.began) && read_number((*json)["seen"], kTimeMax, cursor.seen) &&
      read_number((*json)["rows"], kCountMax, cursor.rows) && read_number((*json)["start"], kCountMax, cursor.start) &&
      read_number((*json)["restarts"], kCountMax, cursor.restarts);
  if (!good) return std::nullopt;
  cursor.next = (*json)["next"].text_or_empty();
  if (const text::JsonView anchors = (*json)["anchors"]; anchors.is_list()) {
    if (anchors.size() > kAnchorsMax) return std::nullopt;
    for (const text::JsonView anchor : anchors) cursor.anchors.push_back(anchor.as_text());
  }
  return cursor;
}

}  // namespace ringdex::sync

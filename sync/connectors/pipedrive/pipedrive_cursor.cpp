#include "sync/connectors/pipedrive/pipedrive_cursor.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "sync/json_fields.h"

namespace ringdex::sync {
namespace {

using Stage = PipedriveCursor::Stage;

constexpr int kVersion = 1;
constexpr std::uint64_t kTimeMax = 253'402'300'799'000;  // the end of the year 9999
constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr std::size_t kAnchorsMax = 8;

constexpr std::array<std::pair<Stage, std::string_view>, 4> kStages = {{{Stage::organizations, "organizations"},
                                                                        {Stage::persons, "persons"},
                                                                        {Stage::leads, "leads"},
                                                                        {Stage::archived, "archived"}}};

// An absent member is 0; anything but a whole number up to `most` makes the cursor void.
template <typename Number>
bool read_number(const nlohmann::json& json, const char* name, std::uint64_t most, Number& into) {
  const auto* value = member(json, name);
  if (value == nullptr) return true;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > most) return false;
  into = static_cast<Number>(value->get<std::uint64_t>());
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
  nlohmann::json json{{"v", kVersion}, {"listing", listing}};
  for (const auto& [known, name] : kStages) {
    if (known == stage) json["stage"] = name;
  }
  const auto put = [&json](const char* name, const auto& value) {
    if (value != std::decay_t<decltype(value)>{}) json[name] = value;
  };
  put("organizations_since", organizations_since);
  put("persons_since", persons_since);
  put("leads_since", leads_since);
  put("began", began);
  put("seen", seen);
  put("next", next);
  put("rows", rows);
  put("start", start);
  put("anchors", anchors);
  put("restarts", restarts);
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::optional<PipedriveCursor> PipedriveCursor::from_text(const std::string& text) {
  if (text.empty()) return PipedriveCursor{};
  const auto json = read_json(text);
  if (!json) return std::nullopt;
  PipedriveCursor cursor;
  const auto* version = member(*json, "v");
  const auto listing = bool_member(*json, "listing");
  if (version == nullptr || *version != kVersion || !listing) return std::nullopt;
  cursor.listing = *listing;
  const std::string stage = text_member(*json, "stage");
  bool known = false;
  for (const auto& [value, name] : kStages) {
    if (name != stage) continue;
    cursor.stage = value;
    known = true;
  }
  const bool good =
      known && read_number(*json, "organizations_since", kTimeMax, cursor.organizations_since) &&
      read_number(*json, "persons_since", kTimeMax, cursor.persons_since) &&
      read_number(*json, "leads_since", kTimeMax, cursor.leads_since) &&
      read_number(*json, "began", kTimeMax, cursor.began) && read_number(*json, "seen", kTimeMax, cursor.seen) &&
      read_number(*json, "rows", kCountMax, cursor.rows) && read_number(*json, "start", kCountMax, cursor.start) &&
      read_number(*json, "restarts", kCountMax, cursor.restarts);
  if (!good) return std::nullopt;
  cursor.next = text_member(*json, "next");
  if (const auto* anchors = array_member(*json, "anchors")) {
    if (anchors->size() > kAnchorsMax) return std::nullopt;
    for (const auto& anchor : *anchors) cursor.anchors.push_back(value_text(anchor));
  }
  return cursor;
}

}  // namespace ringdex::sync

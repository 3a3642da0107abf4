#include "sync/json_fields.h"

#include <algorithm>
#include <utility>

#include "telephony/text/plain_text.h"

namespace ringdex::sync {

using text::JsonView;

std::vector<std::string> value_texts(JsonView value) {
  std::vector<std::string> texts;
  const auto add = [&texts](JsonView one) {
    if (auto text = one.as_text(); !text.empty()) texts.push_back(std::move(text));
  };
  if (!value.is_list()) add(value);
  for (const JsonView one : value) add(one);
  return texts;
}

std::optional<text::TimePoint> iso_time(JsonView value) {
  const auto written = value.text();
  return written ? text::parse_iso_time(*written) : std::nullopt;
}

std::optional<std::string> digit_id(JsonView value) {
  if (const auto written = value.text()) return digit_id(*written);
  // A negative one keeps its sign and is refused for it.
  return value.is_whole_number() ? digit_id(std::string_view(value.as_text())) : std::nullopt;
}

std::optional<std::string> digit_id(std::string_view text) {
  if (text.empty() || text.size() > kIdDigitsMax || text[0] == '0') return std::nullopt;
  if (!std::ranges::all_of(text, text::is_digit)) return std::nullopt;
  return std::string(text);
}

}  // namespace ringdex::sync

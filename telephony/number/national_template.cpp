#include "telephony/number/national_template.h"

#include <algorithm>
#include <vector>

#include "telephony/number/digit_pattern.h"
#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using PatternKind = DigitPattern::Kind;

constexpr std::size_t kTemplateDigitsMax = 0x20;

struct Span {
  std::size_t first = 0;
  std::size_t size = 0;
};

bool holds_group(const DigitPattern& pattern) {
  return pattern.kind == PatternKind::group || std::ranges::any_of(pattern.parts, holds_group);
}

// \d, repeated or not, in any number of brackets.
bool is_run_of_any_digits(const DigitPattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::digit:
      return pattern.digits == DigitPattern::kAnyDigit;
    case PatternKind::repeat:
      return pattern.parts.front().kind == PatternKind::digit && is_run_of_any_digits(pattern.parts.front());
    case PatternKind::group:
      return is_run_of_any_digits(pattern.parts.front());
    case PatternKind::sequence:
      return pattern.parts.size() == 1 && is_run_of_any_digits(pattern.parts.front());
    case PatternKind::choice:
      break;
  }
  return false;
}

// Where the captured groups lie in numbers of `digits` digits. Parts take as many digits as they can, from the left;
// once one part may take more or fewer, only parts that take any digit leave the matter to the length alone.
std::optional<std::vector<Span>> group_spans(const DigitPattern& pattern, std::size_t digits) {
  if (pattern.kind != PatternKind::sequence) return std::nullopt;
  const std::size_t least = digit_count(pattern).at_least;
  if (digits < least) return std::nullopt;
  std::size_t spare = digits - least;
  std::size_t at = 0;
  bool is_variable = false;
  std::vector<Span> groups;
  for (const DigitPattern& part : pattern.parts) {
    const bool is_group = part.kind == PatternKind::group;
    if (is_group ? holds_group(part.parts.front()) : holds_group(part)) return std::nullopt;
    const DigitCount count = digit_count(part);
    is_variable = is_variable || count.at_least != count.at_most;
    if (is_variable && !is_run_of_any_digits(part)) return std::nullopt;
    const std::size_t more = std::min(spare, count.at_most - count.at_least);
    const std::size_t size = count.at_least + more;
    if (is_group) groups.push_back({at, size});
    spare -= more;
    at += size;
  }
  if (spare != 0) return std::nullopt;
  return groups;
}

std::size_t first_group_mark(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '$' && text::is_digit(text[at + 1])) return at;
  }
  return std::string_view::npos;
}

// The rule says "0$1": its $1 is the whole first group of the format, whichever number that has.
std::optional<std::string> with_prefix_rule(std::string_view format, std::string_view rule) {
  const std::size_t mark = first_group_mark(format);
  if (rule.empty() || mark == std::string_view::npos) return std::string(format);
  std::string whole(format.substr(0, mark));
  for (std::size_t at = 0; at < rule.size(); ++at) {
    if (rule[at] != '$') {
      whole.push_back(rule[at]);
      continue;
    }
    if (at + 1 >= rule.size() || rule[at + 1] != '1') return std::nullopt;
    whole.append(format.substr(mark, 2));
    ++at;
  }
  whole.append(format.substr(mark + 2));
  return whole;
}

}  // namespace

std::optional<NationalTemplate> national_template(std::string_view pattern, std::string_view format,
                                                  std::string_view prefix_rule, std::size_t digits) {
  const auto parsed = parse_digit_pattern(pattern);
  const auto whole = with_prefix_rule(format, prefix_rule);
  if (!parsed || !whole || digits > kTemplateDigitsMax) return std::nullopt;
  const auto groups = group_spans(*parsed, digits);
  if (!groups) return std::nullopt;
  NationalTemplate form;
  for (std::size_t at = 0; at < whole->size(); ++at) {
    const char character = (*whole)[at];
    if (character != '$') {
      if (static_cast<unsigned char>(character) < 0x20 || character == '\\') return std::nullopt;
      form.push_back(character);
      continue;
    }
    if (++at >= whole->size() || !text::is_digit((*whole)[at])) return std::nullopt;
    const auto group = static_cast<std::size_t>((*whole)[at] - '0');
    if (group == 0 || group > groups->size()) return std::nullopt;
    const Span& span = (*groups)[group - 1];
    for (std::size_t place = span.first; place < span.first + span.size; ++place) {
      form.push_back(static_cast<char>(place));
    }
  }
  return form;
}

NationalTemplate bare_template(std::size_t digits) {
  NationalTemplate form;
  for (std::size_t place = 0; place < digits; ++place) form.push_back(static_cast<char>(place));
  return form;
}

}  // namespace ringdex::telephony

#include "telephony/number/calling_codes.h"

#include <bit>
#include <cassert>
#include <span>

namespace ringdex::telephony {
namespace {

// Where a national number can begin with what libphonenumber's nationalPrefixForParsing of the code's main region
// takes off. 0 is left out, as the rule below treats it for every code. Read from the metadata of 8.12.57; the
// differential test compares every code with the library.
struct StrippedStart {
  std::string_view code;
  std::string_view start;
};
constexpr StrippedStart kStrippedStarts[] = {
    {"1", "1"},                                  // 1
    {"7", "8"},                                  // 8
    {"52", "1"},                                 // 0(?:[12]|4[45])|1
    {"54", "1"},   {"54", "2"},  {"54", "3"},    // 0?(?:(area)15)?; areas start with 11, 2 and 3
    {"55", "90"},                                // (?:0|90)(?:(carrier)(\d{10,11}))?
    {"61", "183"},                               // 0|(183[12])
    {"86", "11"},  {"86", "12"}, {"86", "179"},  // 0|(1(?:[12]\d|79)\d\d)
    {"298", "10"},                               // (10(?:01|[12]0|88))
    {"352", "15"},                               // (15(?:0[06]|1[12]|[35]5|4[04]|6[26]|77|88|99)\d)
    {"370", "8"},                                // [08]
    {"375", "8"},                                // 0|80?
    {"423", "10"},                               // 0|(1001)
    {"506", "19"},                               // (19(?:0[0-2468]|1[09]|20|66|77|99))
    {"692", "1"},                                // 1
    {"993", "8"},                                // 8
    {"998", "8"},                                // 8
};

// San Marino and Norfolk Island: their patterns make a short number longer, so lengths say nothing about them.
constexpr bool has_lengthening_pattern(std::string_view code) {
  return code == "378" || code == "672";
}

bool begins_with_stripped_start(std::string_view code, std::string_view national) {
  if (national.front() == '0') return true;
  for (const auto& stripped : kStrippedStarts) {
    if (stripped.code == code && national.starts_with(stripped.start)) return true;
  }
  return false;
}

// Italian landline areas: for the digits after "0" and a group's first digit, which third digits exist. Only groups 1,
// 3, 5 and 8 are needed: the others, bared of their zero, never are a valid number, so no repair can apply to them.
struct ItalianAreas {
  char group;
  std::array<std::string_view, 10> third_digits;  // by the second digit
};
constexpr std::string_view kAny = "0123456789";
constexpr ItalianAreas kItalianAreas[] = {
    {'1', {kAny, kAny, "12345", "1", "1234", kAny, "1356", "12345", "2357", kAny}},
    {'3', {kAny, kAny, "1234", "12", "123456", kAny, "23459", "1234567", "123456", kAny}},
    {'5', {kAny, kAny, "12345", "23456", "12345679", kAny, "456", "1234578", "345678", kAny}},
    {'8', {kAny, kAny, "34578", "12356", "", kAny, "12345", "12345", "12345", kAny}},
};

// Italy keeps the zero of its landlines, and a lost or an extra zero is repaired where the literal reading is not
// valid. These are the numbers that surely are valid, or that no repair could make so.
bool is_beyond_italian_repair(std::string_view national) {
  if (national.size() < 6) return false;
  if (national[0] == '3') {
    return national.size() == 10 ? national[1] != '0' && national[1] != '9'
                                 : national.size() == 9 && national[1] >= '2' && national[1] <= '8';
  }
  if (national[0] != '0' || national[1] == '0' || national.size() > 11) return false;
  for (const ItalianAreas& areas : kItalianAreas) {
    if (areas.group != national[1]) continue;
    return areas.third_digits[static_cast<std::size_t>(national[2] - '0')].contains(national[3]);
  }
  return true;
}

}  // namespace

void CallingCodes::add(int code, std::uint32_t possible_lengths) {
  assert(code > 0 && code < 1000);
  std::size_t first = static_cast<std::size_t>(code);
  std::size_t places = 1;
  std::uint8_t digits = 3;
  while (first < 100) {
    first *= 10;
    places *= 10;
    --digits;
  }
  const Entry entry{.possible_lengths = possible_lengths,
                    .code_digits = digits,
                    .shortest = static_cast<std::uint8_t>(std::countr_zero(possible_lengths))};
  for (Entry& place : std::span(by_prefix_).subspan(first, places)) place = entry;
}

std::optional<std::size_t> CallingCodes::place_of(std::string_view digits) {
  std::size_t place = 0;
  for (std::size_t at = 0; at < kCodeDigitsMax; ++at) {
    const char digit = at < digits.size() ? digits[at] : '0';
    if (digit < '0' || digit > '9') return std::nullopt;
    place = place * 10 + static_cast<std::size_t>(digit - '0');
  }
  return place;
}

std::optional<SplitNumber> CallingCodes::split(std::string_view digits) const {
  const auto place = place_of(digits);
  if (!place) return std::nullopt;
  const std::size_t code_digits = by_prefix_[*place].code_digits;
  if (code_digits == 0 || digits.size() <= code_digits) return std::nullopt;
  return SplitNumber{digits.substr(0, code_digits), digits.substr(code_digits)};
}

bool CallingCodes::is_possible(PhoneNumber number) const {
  const auto digits = number.digits();
  const auto parts = split(digits);
  if (!parts || parts->national.size() > kNationalDigitsMax) return false;
  return (by_prefix_[*place_of(digits)].possible_lengths >> parts->national.size() & 1U) != 0;
}

std::optional<PhoneNumber> CallingCodes::clean_e164(std::string_view text) const {
  if (text.size() < kCodeDigitsMax + 2) return std::nullopt;
  const auto number = PhoneNumber::from_e164(text);
  if (!number) return std::nullopt;
  const auto prefix = static_cast<std::size_t>((text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'));
  const Entry& entry = by_prefix_[prefix];
  if (entry.code_digits == 0) return std::nullopt;
  const std::string_view code = text.substr(1, entry.code_digits);
  const std::string_view national = text.substr(1U + entry.code_digits);
  if (national.size() > kNationalDigitsMax || (entry.possible_lengths >> national.size() & 1U) == 0) {
    return std::nullopt;
  }
  if (has_lengthening_pattern(code)) return std::nullopt;
  if (code == "39") return is_beyond_italian_repair(national) ? number : std::nullopt;
  // What the library strips, and what a repair takes off, makes the number shorter; both are done only where the
  // shorter number is possible, so a number of the shortest length stands as it is.
  if (national.size() == entry.shortest) return number;
  if (begins_with_stripped_start(code, national)) return std::nullopt;
  if (national.starts_with(code) && entry.shortest + code.size() <= national.size()) return std::nullopt;
  return number;
}

}  // namespace ringdex::telephony

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace ringdex::telephony {

// A regular expression over the digits 0 to 9, as a tree. Plain value.
struct DigitPattern {
  enum class Kind {
    digit,     // one digit out of `digits`
    sequence,  // the parts one after the other
    choice,    // one of the parts
    repeat,    // the only part, `at_least` to `at_most` times
    group,     // the only part, captured under its number
  };
  static constexpr std::uint16_t kAnyDigit = 0x3FF;
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  Kind kind = Kind::sequence;
  std::uint16_t digits = 0;  // of a digit: bit n is set when n may stand here
  std::size_t at_least = 1;
  std::size_t at_most = 1;
  std::size_t number = 0;  // of a group: 1 for the first that opens
  std::vector<DigitPattern> parts;
  bool operator==(const DigitPattern&) const = default;
};

// Reads the part of regular expression syntax that libphonenumber's metadata uses: digits, \d, [..] with ranges,
// (..), (?:..), |, ?, *, +, {m}, {m,} and {m,n}, all greedy. Anything else, and nesting or counts beyond what a phone
// number can need, is nothing.
std::optional<DigitPattern> parse_digit_pattern(std::string_view text);

// How many digits the pattern can take.
struct DigitCount {
  std::size_t at_least = 0;
  std::size_t at_most = 0;  // DigitPattern::kUnbounded if there is no limit
};
DigitCount digit_count(const DigitPattern& pattern);

// What a pattern takes from the start of some digits, as a backtracking matcher finds it: the first choice that leads
// to a match, and as many repeats as do.
struct DigitMatch {
  static constexpr std::size_t kGroupsMax = 9;
  std::size_t size = 0;
  std::array<std::string_view, kGroupsMax + 1> groups;  // by number; empty for one that took no part
};
std::optional<DigitMatch> match_from_start(const DigitPattern& pattern, std::string_view digits);

}  // namespace ringdex::telephony

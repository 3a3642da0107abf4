#include "telephony/number/digit_pattern.h"

#include <algorithm>
#include <utility>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using PatternKind = DigitPattern::Kind;
using MaybePattern = std::optional<DigitPattern>;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kCountMax = 64;

class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : rest_(text) {}

  MaybePattern read() {
    MaybePattern whole = read_choice(0);
    return rest_.empty() ? whole : std::nullopt;
  }

 private:
  bool take(std::string_view start) {
    if (!rest_.starts_with(start)) return false;
    rest_.remove_prefix(start.size());
    return true;
  }

  MaybePattern read_choice(std::size_t depth) {
    if (depth > kDepthMax) return std::nullopt;
    DigitPattern choice{.kind = PatternKind::choice, .parts = {}};
    do {
      MaybePattern sequence = read_sequence(depth);
      if (!sequence) return std::nullopt;
      choice.parts.push_back(*std::move(sequence));
    } while (take("|"));
    if (choice.parts.size() > 1) return choice;
    // Not moved out of `choice` in one step, which would free what is moved.
    DigitPattern only = std::move(choice.parts.front());
    return only;
  }

  MaybePattern read_sequence(std::size_t depth) {
    DigitPattern sequence{.kind = PatternKind::sequence, .parts = {}};
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      MaybePattern part = read_atom(depth);
      if (!part || !repeat(*part)) return std::nullopt;
      sequence.parts.push_back(*std::move(part));
    }
    return sequence;
  }

  MaybePattern read_atom(std::size_t depth) {
    if (take("\\d")) return digit(DigitPattern::kAnyDigit);
    if (take("[")) return read_class();
    if (take("(?:")) return closed(read_choice(depth + 1));
    if (rest_.starts_with("(?")) return std::nullopt;
    if (take("(")) {
      const std::size_t number = ++groups_;
      if (number > DigitMatch::kGroupsMax) return std::nullopt;
      MaybePattern inside = closed(read_choice(depth + 1));
      if (!inside) return std::nullopt;
      DigitPattern group{.kind = PatternKind::group, .number = number, .parts = {}};
      group.parts.push_back(*std::move(inside));
      return group;
    }
    if (!text::is_digit(rest_[0])) return std::nullopt;
    return digit(bit(take_digit()));
  }

  MaybePattern closed(MaybePattern inside) { return take(")") ? inside : std::nullopt; }

  // "[13-58]", behind its opening bracket.
  MaybePattern read_class() {
    std::uint16_t digits = 0;
    while (!rest_.empty() && text::is_digit(rest_[0])) {
      const unsigned first = take_digit();
      unsigned last = first;
      if (take("-")) {
        if (rest_.empty() || !text::is_digit(rest_[0])) return std::nullopt;
        last = take_digit();
      }
      if (last < first) return std::nullopt;
      for (unsigned value = first; value <= last; ++value) digits |= bit(value);
    }
    if (digits == 0 || !take("]")) return std::nullopt;
    return digit(digits);
  }

  // Wraps `part` in the quantifier that follows it, if there is one. False for one that is not understood.
  bool repeat(DigitPattern& part) {
    DigitPattern repeat{.kind = PatternKind::repeat, .parts = {}};
    if (take("?")) {
      repeat.at_least = 0;
    } else if (take("*")) {
      repeat.at_least = 0;
      repeat.at_most = DigitPattern::kUnbounded;
    } else if (take("+")) {
      repeat.at_most = DigitPattern::kUnbounded;
    } else if (take("{")) {
      if (!read_counts(repeat)) return false;
    } else {
      return true;
    }
    // A second quantifier would make the first lazy or possessive.
    if (!rest_.empty() && std::string_view("?*+{").contains(rest_[0])) return false;
    repeat.parts.push_back(std::move(part));
    part = std::move(repeat);
    return true;
  }

  bool read_counts(DigitPattern& repeat) {
    const auto least = take_count();
    if (!least) return false;
    repeat.at_least = repeat.at_most = *least;
    if (take(",")) {
      if (rest_.starts_with('}')) {
        repeat.at_most = DigitPattern::kUnbounded;
      } else {
        const auto most = take_count();
        if (!most || *most < *least) return false;
        repeat.at_most = *most;
      }
    }
    return take("}");
  }

  std::optional<std::size_t> take_count() {
    if (rest_.empty() || !text::is_digit(rest_[0])) return std::nullopt;
    std::size_t count = 0;
    while (!rest_.empty() && text::is_digit(rest_[0])) {
      count = count * 10 + take_digit();
      if (count > kCountMax) return std::nullopt;
    }
    return count;
  }

  unsigned take_digit() {
    const auto value = static_cast<unsigned>(rest_[0] - '0');
    rest_.remove_prefix(1);
    return value;
  }

  static std::uint16_t bit(unsigned value) { return static_cast<std::uint16_t>(1U << value); }
  static DigitPattern digit(std::uint16_t digits) {
    return {.kind = PatternKind::digit, .digits = digits, .parts = {}};
  }

  std::string_view rest_;
  std::size_t groups_ = 0;
};

std::size_t times(std::size_t left, std::size_t right) {
  if (left == 0 || right == 0) return 0;
  return left == DigitPattern::kUnbounded || right == DigitPattern::kUnbounded ? DigitPattern::kUnbounded
                                                                               : left * right;
}

std::size_t plus(std::size_t left, std::size_t right) {
  return left == DigitPattern::kUnbounded || right == DigitPattern::kUnbounded ? DigitPattern::kUnbounded
                                                                               : left + right;
}

// What is still to be matched behind a part: a chain that lives on the stack of the recursion.
struct Rest {
  const DigitPattern* pattern = nullptr;
  std::size_t done = 0;   // parts of a sequence, rounds of a repeat
  std::size_t begun = 0;  // where the group or the last round of the repeat began
  const Rest* after = nullptr;
};

class Matcher {
 public:
  explicit Matcher(std::string_view digits) : digits_(digits) {}

  std::optional<DigitMatch> match(const DigitPattern& pattern) {
    if (!match_part(pattern, 0, nullptr)) return std::nullopt;
    return match_;
  }

 private:
  bool match_part(const DigitPattern& pattern, std::size_t at, const Rest* after) {
    if (pattern.kind == PatternKind::digit) {
      const bool is_taken = at < digits_.size() && (pattern.digits >> (digits_[at] - '0') & 1) != 0;
      return is_taken && match_rest(after, at + 1);
    }
    const Rest whole{&pattern, 0, at, after};
    if (pattern.kind == PatternKind::group) return match_part(pattern.parts.front(), at, &whole);
    if (pattern.kind != PatternKind::choice) return match_rest(&whole, at);
    return std::ranges::any_of(pattern.parts, [&](const DigitPattern& part) { return match_part(part, at, after); });
  }

  bool match_rest(const Rest* rest, std::size_t at) {
    if (rest == nullptr) {
      match_.size = at;
      return true;
    }
    const DigitPattern& pattern = *rest->pattern;
    if (pattern.kind == PatternKind::group) return match_behind_group(*rest, at);
    const Rest next{&pattern, rest->done + 1, at, rest->after};
    if (pattern.kind == PatternKind::sequence) {
      if (rest->done == pattern.parts.size()) return match_rest(rest->after, at);
      return match_part(pattern.parts[rest->done], at, &next);
    }
    // A round that took nothing is not followed by another.
    const bool may_repeat = rest->done < pattern.at_most && (rest->done == 0 || at > rest->begun);
    if (may_repeat && match_part(pattern.parts.front(), at, &next)) return true;
    if (may_repeat && rest->done < pattern.at_least) return false;
    return match_rest(rest->after, at);
  }

  bool match_behind_group(const Rest& group, std::size_t at) {
    std::string_view& taken = match_.groups[group.pattern->number];
    const std::string_view before = std::exchange(taken, digits_.substr(group.begun, at - group.begun));
    if (match_rest(group.after, at)) return true;
    taken = before;
    return false;
  }

  std::string_view digits_;
  DigitMatch match_;
};

}  // namespace

MaybePattern parse_digit_pattern(std::string_view text) {
  return PatternReader(text).read();
}

std::optional<DigitMatch> match_from_start(const DigitPattern& pattern, std::string_view digits) {
  return Matcher(digits).match(pattern);
}

DigitCount digit_count(const DigitPattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::digit:
      return {1, 1};
    case PatternKind::group:
      return digit_count(pattern.parts.front());
    case PatternKind::repeat: {
      const DigitCount once = digit_count(pattern.parts.front());
      return {times(once.at_least, pattern.at_least), times(once.at_most, pattern.at_most)};
    }
    case PatternKind::sequence: {
      DigitCount sum;
      for (const DigitPattern& part : pattern.parts) {
        const DigitCount count = digit_count(part);
        sum = {sum.at_least + count.at_least, plus(sum.at_most, count.at_most)};
      }
      return sum;
    }
    case PatternKind::choice:
      break;
  }
  DigitCount range{DigitPattern::kUnbounded, 0};
  for (const DigitPattern& part : pattern.parts) {
    const DigitCount count = digit_count(part);
    range = {std::min(range.at_least, count.at_least), std::max(range.at_most, count.at_most)};
  }
  return range;
}

}  // namespace ringdex::telephony

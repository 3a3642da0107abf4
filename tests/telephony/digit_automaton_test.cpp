#include "telephony/number/digit_automaton.h"

#include <doctest/doctest.h>

#include <random>
#include <regex>
#include <string>
#include <vector>

#include "telephony/number/digit_pattern.h"

namespace ringdex::telephony {
namespace {

using Match = DigitAutomatonBuilder::Match;

constexpr std::size_t kDigitsMax = 8;  // as std::regex takes very long for longer ones

std::string random_digits(std::mt19937_64& random) {
  std::string digits;
  for (std::size_t size = random() % (kDigitsMax + 1); size > 0; --size) {
    // Few different digits, so that patterns match often.
    digits += static_cast<char>('0' + (random() % 4 == 0 ? random() % 10 : random() % 3));
  }
  return digits;
}

// A random pattern in the syntax of the metadata.
std::string random_pattern(std::mt19937_64& random, int depth) {
  constexpr std::string_view kQuantifiers[] = {"", "", "?", "{2}", "{1,2}", "{1,3}", "{0,2}", "+", "*"};
  const auto digit = [&] { return std::string(1, static_cast<char>('0' + random() % 4)); };
  std::string pattern;
  for (std::size_t parts = 1 + random() % 3; parts > 0; --parts) {
    const std::size_t kind = random() % (depth > 0 ? 6 : 4);
    if (kind == 0) pattern += "\\d";
    if (kind == 1) pattern += "[0-2" + digit() + "7-9]";
    if (kind == 2 || kind == 3) pattern += digit();
    if (kind == 4) pattern += "(" + random_pattern(random, depth - 1) + ")";
    if (kind == 5) {
      pattern += "(?:" + random_pattern(random, depth - 1) + "|" + random_pattern(random, depth - 1) + ")";
    }
    pattern += kQuantifiers[random() % (kind < 4 ? std::size(kQuantifiers) : 5)];
  }
  return pattern;
}

TEST_CASE("The automaton matches what std::regex matches") {
  constexpr std::uint64_t kSeed = 5;
  constexpr std::size_t kPatterns = 5;
  std::mt19937_64 random(kSeed);
  MESSAGE("seed " << kSeed);
  std::size_t matched = 0;
  for (int round = 0; round < 200; ++round) {
    DigitAutomatonBuilder builder;
    std::vector<std::regex> expressions;
    std::vector<std::size_t> ids;
    std::string all;
    for (std::size_t at = 0; at < kPatterns; ++at) {
      const std::string pattern = random_pattern(random, 1);
      const bool is_prefix = at % 2 == 1;
      const auto id = builder.add(pattern, is_prefix ? Match::prefix : Match::whole);
      REQUIRE_MESSAGE(id, pattern);
      ids.push_back(*id);
      expressions.emplace_back("(?:" + pattern + ")" + (is_prefix ? "\\d*" : ""));
      all += pattern + "  ";
    }
    CAPTURE(all);
    const auto automaton = builder.build(kDigitsMax, [&](const std::vector<bool>& matches, std::size_t digits) {
      std::size_t answer = digits;
      for (const std::size_t id : ids) answer = answer * 2 + (matches[id] ? 1 : 0);
      return static_cast<DigitAutomaton::Answer>(answer);
    });
    REQUIRE(automaton);
    for (int draw = 0; draw < 60; ++draw) {
      const std::string digits = random_digits(random);
      if (digits.empty()) continue;
      std::size_t expected = digits.size();
      for (const std::regex& expression : expressions) {
        const bool matches = std::regex_match(digits, expression);
        if (matches) ++matched;
        expected = expected * 2 + (matches ? 1 : 0);
      }
      CAPTURE(digits);
      CHECK(automaton->answer(digits) == expected);
    }
  }
  MESSAGE("matches " << matched);
  CHECK(matched > 1000);
}

TEST_CASE("Equal patterns have one id, and a prefix is not a whole") {
  DigitAutomatonBuilder builder;
  const auto first = builder.add("12?", Match::whole);
  CHECK(builder.add("12?", Match::whole) == first);
  CHECK(builder.add("12?", Match::prefix) != first);
}

TEST_CASE("What the metadata never says is not understood") {
  for (const char* pattern :
       {"a",  "1.", "^1", "1$", "(?!1)2", "(?=1)2", "1??",    "1+?",   "1{2}+", "[^1]", "[1", "[]",  "[2-1]",
        "(1", "1)", "?",  "|*", "1{",     "1{a}",   "1{3,2}", "1{99}", "\\D",   "\\",   "(?", "[1-", "1{1"}) {
    CAPTURE(pattern);
    CHECK_FALSE(parse_digit_pattern(pattern));
    CHECK_FALSE(DigitAutomatonBuilder().add(pattern, Match::whole));
  }
  CHECK_FALSE(parse_digit_pattern(std::string(100, '(')));
  std::string too_large = "1";
  for (int level = 0; level < 6; ++level) too_large = "(?:" + too_large + "){64}";
  CHECK_FALSE(DigitAutomatonBuilder().add(too_large, Match::whole));
}

TEST_CASE("A match from the start ends where std::regex ends it") {
  constexpr std::uint64_t kSeed = 6;
  std::mt19937_64 random(kSeed);
  MESSAGE("seed " << kSeed);
  std::size_t matched = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::string text = random_pattern(random, 1);
    CAPTURE(text);
    const auto pattern = parse_digit_pattern(text);
    REQUIRE(pattern);
    const std::regex expression(text);
    for (int draw = 0; draw < 5; ++draw) {
      const std::string digits = random_digits(random);
      CAPTURE(digits);
      std::smatch match;
      const bool is_matched = std::regex_search(digits, match, expression, std::regex_constants::match_continuous);
      const auto found = match_from_start(*pattern, digits);
      CHECK(found.has_value() == is_matched);
      if (!found || !is_matched) continue;
      ++matched;
      CHECK(found->size == static_cast<std::size_t>(match.length()));
      for (std::size_t group = 1; group < match.size(); ++group) CHECK(found->groups[group] == match[group].str());
    }
  }
  CHECK(matched > 1000);
}

TEST_CASE("Digits are counted") {
  const auto count = digit_count(*parse_digit_pattern("1(?:2|34{2,3})?[5-7]{2}"));
  CHECK(count.at_least == 3);
  CHECK(count.at_most == 7);
  CHECK(digit_count(*parse_digit_pattern("\\d+")).at_most == DigitPattern::kUnbounded);
}

}  // namespace
}  // namespace ringdex::telephony

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "telephony/ldap/ldap_filter.h"
#include "tests/support/test_chance.h"

// Whoever a filter is true for is among those whom its plan finds: random filters, random people, and a way to find
// people that shares no code with the matcher.
namespace ringdex::telephony {
namespace {

using Kind = LdapFilterKind;

struct Someone {
  std::vector<std::string> names;  // the whole name, the family name, the company's
  std::vector<std::string> numbers;
};

// The texts that are drawn from, with what they come down to.
struct Text {
  std::string_view written;
  std::string_view plain;
};
constexpr Text kNames[] = {
    {"Anna", "anna"},
    {"ANNA ", "anna"},
    {"  anna  Maria", "anna maria"},
    {"Anna Maria Rossi", "anna maria rossi"},
    {"\xc3\x84nne", "\xc3\xa4nne"},
    {"\xc3\xa4", "\xc3\xa4"},
    {"An", "an"},
    {"R", "r"},
    {"Rossi", "rossi"},
    {"a", "a"},
    {" ", ""},
    {"", ""},
};
constexpr std::string_view kNumbers[] = {"1", "12", "123", "3", "23", ""};
constexpr std::string_view kNumberAttributes[] = {"telephoneNumber", "Mobile", "homePhone;x"};
constexpr std::string_view kNameAttributes[] = {"cn", "SN", "o"};
constexpr std::string_view kOtherAttributes[] = {"mail", "objectClass", "unknown", "ou", ""};

template <typename List>
const auto& one_of(std::mt19937_64& chance, const List& list) {
  return list[chance() % std::size(list)];
}

void grow_leaf(std::mt19937_64& chance, LdapFilterNode& leaf) {
  const std::size_t sort = chance() % 5;
  LdapAssertion& assertion = leaf.assertion;
  leaf.kind = chance() % 3 == 0   ? static_cast<Kind>(3 + chance() % 7)
              : chance() % 2 == 0 ? Kind::equal
                                  : Kind::substrings;
  assertion.attribute = sort < 2   ? one_of(chance, kNumberAttributes)
                        : sort < 4 ? one_of(chance, kNameAttributes)
                                   : one_of(chance, kOtherAttributes);
  const auto any_text = [&] { return sort < 2 ? one_of(chance, kNumbers) : one_of(chance, kNames).written; };
  if (leaf.kind != Kind::substrings) {
    assertion.value = any_text();
    return;
  }
  for (std::size_t count = 1 + chance() % 2; count > 0; --count) assertion.pieces.push_back(any_text());
  assertion.is_anchored = chance() % 3 != 0;
  assertion.is_ended = !assertion.is_anchored && chance() % 2 == 0;
}

void grow(std::mt19937_64& chance, LdapFilter& filter, int depth) {
  const std::size_t at = filter.nodes.size();
  filter.nodes.emplace_back();
  if (depth == 0 || chance() % 4 == 0) {
    grow_leaf(chance, filter.nodes[at]);
  } else {
    const Kind kind = chance() % 8 == 0 ? Kind::none_of : static_cast<Kind>(chance() % 2);
    filter.nodes[at].kind = kind;
    for (std::size_t count = kind == Kind::none_of ? 1 : chance() % 4; count > 0; --count) {
      grow(chance, filter, depth - 1);
    }
  }
  filter.nodes[at].end = static_cast<std::uint16_t>(filter.nodes.size());
}

// As the door answers, with numbers that are only what they are written as.
LdapTruth truth_for(const LdapFilter& filter, const LdapTextMatcher& matcher, const Someone& someone, bool other) {
  return evaluate(filter, [&](std::size_t at, const LdapFilterNode& leaf) {
    switch (ldap_attribute_kind(leaf.assertion.attribute)) {
      case LdapAttributeKind::none:
        return LdapTruth::undefined;
      case LdapAttributeKind::other:
        return leaf.kind == Kind::extensible ? LdapTruth::undefined : truth_of(other);
      case LdapAttributeKind::name: {
        LdapTruth best = LdapTruth::no;
        for (const std::string& name : someone.names) best = std::max(best, matcher.matches(at, name));
        return best;
      }
      case LdapAttributeKind::number:
        break;
    }
    if (leaf.kind == Kind::present) return truth_of(!someone.numbers.empty());
    if (leaf.kind == Kind::extensible) return LdapTruth::undefined;
    if (leaf.kind == Kind::greater_or_equal || leaf.kind == Kind::less_or_equal) return truth_of(other);
    const std::string asked = number_text_of(leaf);
    if (asked.empty()) return truth_of(leaf.kind == Kind::substrings);
    return truth_of(std::ranges::find(someone.numbers, asked) != someone.numbers.end());
  });
}

std::string_view plain_of(std::string_view written) {
  return std::ranges::find(kNames, written, &Text::written)->plain;
}

bool is_found(const LdapPlan& plan, const Someone& someone) {
  if (plan.everybody) return true;
  const bool bears = std::ranges::any_of(plan.numbers, [&](const std::string& number) {
    return std::ranges::find(someone.numbers, number) != someone.numbers.end();
  });
  return bears || std::ranges::any_of(plan.names, [&](const std::string& begin) {
           return std::ranges::any_of(someone.names,
                                      [&](const auto& name) { return plain_of(name).starts_with(begin); });
         });
}

TEST_CASE("Whoever a random filter is true for is among those whom its plan finds") {
  const std::uint64_t seed = test_support::from_environment("RINGDEX_SEED", 2696);
  MESSAGE("seed ", seed);
  std::mt19937_64 chance(seed);
  std::size_t answers = 0;
  std::size_t narrow = 0;
  std::size_t spared = 0;
  for (int round = 0; round < 30'000; ++round) {
    LdapFilter filter;
    grow(chance, filter, 3);
    const LdapPlan plan = plan_for(filter);
    const LdapTextMatcher matcher(filter);
    if (!plan.everybody) ++narrow;
    CHECK((plan.everybody ? plan.numbers.size() <= kLdapPlanNumbersMax && plan.names.empty()
                          : plan.numbers.size() + plan.names.size() <= 16));
    for (int count = 0; count < 6; ++count) {
      Someone someone;
      for (std::size_t names = chance() % 3; names > 0; --names) {
        someone.names.emplace_back(one_of(chance, kNames).written);
      }
      for (std::size_t numbers = chance() % 3; numbers > 0; --numbers) {
        someone.numbers.emplace_back(one_of(chance, kNumbers));
      }
      std::erase(someone.numbers, "");
      const bool found = is_found(plan, someone);
      if (!found) ++spared;
      if (truth_for(filter, matcher, someone, chance() % 2 == 0) != LdapTruth::yes) continue;
      ++answers;
      REQUIRE(found);
    }
  }
  // The rounds are worth something only if many filters are true for somebody and many plans spare somebody.
  CHECK(answers > 10'000);
  CHECK(narrow > 5'000);
  CHECK(spared > 20'000);
}

}  // namespace
}  // namespace ringdex::telephony

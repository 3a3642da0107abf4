#include "bench/people.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "telephony/number/number_parser.h"

namespace ringdex::bench {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr std::uint64_t kPeople = 10'000;

const People& test_people() {
  static const People people(kSeed);
  return people;
}

TEST_CASE("every spelling of a person's numbers is read as the number that the generator says") {
  const telephony::NumberParser parser;
  std::uint64_t numbers = 0;
  std::uint64_t valid = 0;
  std::set<char> firsts;
  for (std::uint64_t i = 0; i < kPeople; ++i) {
    for (const PersonPhone& phone : test_people().person(i).phones) {
      const auto parsed = parser.parse(phone.text, "US");
      REQUIRE_MESSAGE(parsed.has_value(), phone.text);
      CHECK_MESSAGE(parsed->number == phone.number, phone.text);
      CHECK(parsed->repair == telephony::Repair::none);
      firsts.insert(phone.text.front());
      ++numbers;
      if (parsed->valid) ++valid;
    }
  }
  CHECK(firsts.contains('+'));
  CHECK(firsts.contains('('));
  CHECK(numbers > kPeople * 13 / 10);
  CHECK(numbers < kPeople * 15 / 10);
  CHECK(valid > numbers * 97 / 100);
}

TEST_CASE("no unknown number is anybody's, and they are numbers") {
  const telephony::NumberParser parser;
  std::set<telephony::PhoneNumber> known;
  for (std::uint64_t i = 0; i < kPeople; ++i) {
    for (const PersonPhone& phone : test_people().person(i).phones) {
      known.insert(phone.number);
      CHECK(phone.number.packed() % 10 != 7);
    }
  }
  for (std::uint64_t i = 0; i < kPeople; ++i) {
    const auto number = test_people().unknown_number(i);
    CHECK(number.packed() % 10 == 7);
    CHECK(!known.contains(number));
    const auto parsed = parser.parse(number.to_e164(), "US");
    REQUIRE(parsed.has_value());
    CHECK(parsed->number == number);
  }
}

TEST_CASE("what is asked for is in the data") {
  std::set<telephony::PhoneNumber> known;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    for (const PersonPhone& phone : test_people().person(i).phones) known.insert(phone.number);
  }
  Draw draw(3);
  std::set<telephony::PhoneNumber> drawn;
  for (int i = 0; i < 10'000; ++i) {
    drawn.insert(test_people().known_number(1'000, draw));
    CHECK(known.contains(*drawn.rbegin()));
  }
  CHECK(std::ranges::includes(known, drawn));
  CHECK(drawn.size() > known.size() * 9 / 10);
}

TEST_CASE("about 3 % of people share a number, with a long tail") {
  constexpr std::uint64_t kMany = 200'000;
  std::map<telephony::PhoneNumber, std::uint64_t> owners;
  Person person;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    test_people().describe(i, person);
    for (const PersonPhone& phone : person.phones) ++owners[phone.number];
  }
  std::uint64_t sharers = 0;
  std::uint64_t largest = 0;
  for (const auto& [number, count] : owners) {
    if (count > 1) sharers += count;
    largest = std::max(largest, count);
  }
  CHECK(sharers > kMany * 25 / 1'000);
  CHECK(sharers < kMany * 35 / 1'000);
  CHECK(largest == 450);
}

TEST_CASE("a person depends on seed and place alone") {
  const People again(kSeed);
  const People other(kSeed + 1);
  std::uint64_t same = 0;
  std::uint64_t phones_of_one = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const Person person = test_people().person(i);
    const Person repeated = again.person(i);
    CHECK(person.name == repeated.name);
    CHECK(person.email == repeated.email);
    REQUIRE(person.phones.size() == repeated.phones.size());
    CHECK(person.phones[0].text == repeated.phones[0].text);
    std::set<PhoneLabel> labels;
    for (const PersonPhone& phone : person.phones) labels.insert(phone.label);
    CHECK(labels.size() == person.phones.size());
    if (person.phones[0].number == other.person(i).phones[0].number) ++same;
    if (person.phones.size() == 1) ++phones_of_one;
  }
  CHECK(same < 10);
  CHECK(phones_of_one > 650);
  CHECK(phones_of_one < 770);
}

}  // namespace
}  // namespace ringdex::bench

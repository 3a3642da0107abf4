#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/draw.h"
#include "bench/number_blocks.h"
#include "telephony/number/phone_number.h"

namespace ringdex::bench {

inline constexpr std::size_t kPhonesMax = 4;
// The columns of the file; a person has at most one number of each label.
enum class PhoneLabel { mobile, work, home, other };

struct PersonPhone {
  telephony::PhoneNumber number = telephony::PhoneNumber::from_packed(0);
  PhoneLabel label = PhoneLabel::mobile;
  std::string text;  // one of several spellings; read under region US it is `number`
};

struct Person {
  std::string id, name, organization, title, email;
  std::vector<PersonPhone> phones;
};

// The people of a benchmark: a function of seed and `which`, so that a load client knows every number without the
// file. Const and safe from any thread once built.
//   numbers   71 % of people have one, 22.5 % two, 5 % three, 1.5 % four; each number has one owner, save
//   sharers   3 % of people, whose work number is that of a switchboard: mostly of 2 or 3 people, some of 200, few of
//             450 (of which a small file may hold only a part)
//   spelling  of numbers of +1: 40 % E.164, 45 % national, 15 % international; others: 55 % E.164, 45 % international
//   countries kCountries, by weight
//   names     some with letters outside ASCII; 15 % have no organization, the others' sizes follow Zipf's law, two
//             in three have a title
class People {
 public:
  explicit People(std::uint64_t seed);

  static constexpr std::uint64_t kCountMax = 20'000'000;

  // `person` keeps its memory, so that a loop over people does not allocate.
  void describe(std::uint64_t which, Person& person) const;
  Person person(std::uint64_t which) const;

  // One of the numbers of people 0 … people - 1, each equally likely whoever shares it.
  telephony::PhoneNumber known_number(std::uint64_t people, Draw& draw) const;
  // A number that nobody has, however many people there are.
  telephony::PhoneNumber unknown_number(std::uint64_t which) const;

 private:
  struct Switchboard {
    std::uint64_t leader;  // whose it counts as
    bool shared = false;
  };
  Switchboard switchboard_of(std::uint64_t which) const;
  std::size_t phone_count(std::uint64_t which) const;
  std::size_t country_of(std::uint64_t which) const;
  NumberBlocks::Place own_place(std::uint64_t which, std::size_t phone) const;
  NumberBlocks::Place place(std::uint64_t which, std::size_t phone, const Switchboard& board) const;
  void spell(const NumberBlocks::Place& place, std::uint64_t chance, std::string& text) const;
  std::uint64_t hash(std::uint64_t which, std::uint64_t purpose) const;

  std::uint64_t seed_;
  std::unique_ptr<const NumberBlocks> blocks_;
  struct Turn {
    std::uint16_t country;
    std::uint16_t rank;  // among the turns of the same country
  };
  std::array<Turn, kCountryWeights> turns_{};
  std::vector<std::uint16_t> board_of_place_;  // leader's place of each place in a group; its own if it shares nothing
};

}  // namespace ringdex::bench

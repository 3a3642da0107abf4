#include "bench/people.h"

#include <charconv>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include "bench/person_names.h"

namespace ringdex::bench {
namespace {

using telephony::PhoneNumber;

constexpr std::uint64_t kPlaces = 16'384;                  // people are laid out in groups of so many
constexpr std::uint64_t kBigEvery = 8;                     // one group of kPlaces in so many has a big switchboard
constexpr std::size_t kNumbersPerPerson = kPhonesMax + 1;  // the last one for a switchboard that the person leads
constexpr std::uint64_t kCodeOne = 1;                      // +1

enum Purpose : std::uint64_t { phones, labels, spelling, names, organization, title, shift, unknown };

// How many people share each switchboard of kPlaces people: 489 of 16,384 are 3 %.
std::vector<std::size_t> board_sizes(bool big) {
  std::vector<std::size_t> sizes{200, 60, 25, 12, 8, 6, 5, 5, 4, 4, 4};
  if (big) return {450, 12, 5, 4, 3, 3, 2, 2, 2, 2, 2, 2};
  sizes.insert(sizes.end(), 14, 3);
  sizes.insert(sizes.end(), 57, 2);
  return sizes;
}

// For each place the place of its leader, both layouts behind each other.
std::vector<std::uint16_t> lay_out_boards() {
  constexpr std::uint64_t kStride = 6'007;  // odd, so that it meets every place
  std::vector<std::uint16_t> leaders(2 * kPlaces);
  for (std::uint64_t layout = 0; layout < 2; ++layout) {
    const auto begin = leaders.begin() + static_cast<std::ptrdiff_t>(layout * kPlaces);
    std::iota(begin, begin + kPlaces, std::uint16_t{0});
    std::uint64_t next = 0;
    for (const std::size_t size : board_sizes(layout == 1)) {
      const auto leader = static_cast<std::uint16_t>(next % kPlaces);
      for (std::size_t i = 0; i < size; ++i, next += kStride) {
        // The highest bit says that the place shares at all; a leader is its own leader.
        begin[static_cast<std::ptrdiff_t>(next % kPlaces)] = leader | 0x8000;
      }
    }
  }
  return leaders;
}

// Each digit of `number` into the place of a digit of `pattern`.
void fill_digits(std::string_view pattern, std::uint64_t number, std::string& text) {
  text.assign(pattern);
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] < '0' || text[at] > '9') continue;
    text[at] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

}  // namespace

People::People(std::uint64_t seed)
    : seed_(mixed(seed)), blocks_(std::make_unique<const NumberBlocks>()), board_of_place_(lay_out_boards()) {
  static_assert(std::accumulate(kCountries.begin(), kCountries.end(), 0U,
                                [](unsigned sum, const Country& one) { return sum + one.weight; }) == kCountryWeights);
  std::size_t at = 0;
  constexpr std::size_t kStride = 617;  // prime to kCountryWeights: neighbours are of different countries
  for (std::uint16_t country = 0; country < kCountries.size(); ++country) {
    for (std::uint16_t rank = 0; rank < kCountries[country].weight; ++rank, at += kStride) {
      turns_[at % kCountryWeights] = {country, rank};
    }
    const std::uint64_t numbers = kCountMax / kCountryWeights * kCountries[country].weight * kNumbersPerPerson;
    if (blocks_->known_count(country) < numbers)
      throw std::runtime_error("too few numbers in " + std::string(kCountries[country].region));
  }
}

std::uint64_t People::hash(std::uint64_t which, std::uint64_t purpose) const {
  return mixed(seed_ ^ (which * 16 + purpose));
}

People::Switchboard People::switchboard_of(std::uint64_t which) const {
  const std::uint64_t group = which / kPlaces;
  const std::uint64_t shifted = hash(group, Purpose::shift);
  const std::uint64_t layout = group % kBigEvery == kBigEvery - 1 ? kPlaces : 0;
  const std::uint16_t leader = board_of_place_[layout + (which + shifted) % kPlaces];
  if ((leader & 0x8000) == 0) return {which, false};
  return {group * kPlaces + ((leader & 0x7fff) - shifted) % kPlaces, true};
}

std::size_t People::phone_count(std::uint64_t which) const {
  const std::uint64_t chance = hash(which, Purpose::phones) % 1'000;
  return chance < 710 ? 1 : chance < 935 ? 2 : chance < 985 ? 3 : 4;
}

std::size_t People::country_of(std::uint64_t which) const {
  return turns_[which % kCountryWeights].country;
}

NumberBlocks::Place People::own_place(std::uint64_t which, std::size_t phone) const {
  const Turn turn = turns_[which % kCountryWeights];
  const std::uint64_t among = which / kCountryWeights * kCountries[turn.country].weight + turn.rank;
  return blocks_->known(turn.country, seed_, among * kNumbersPerPerson + phone);
}

NumberBlocks::Place People::place(std::uint64_t which, std::size_t phone, const Switchboard& board) const {
  if (board.shared && phone == 0) return own_place(board.leader, kPhonesMax);
  return own_place(which, phone);
}

void People::spell(const NumberBlocks::Place& place, std::uint64_t chance, std::string& text) const {
  constexpr std::uint64_t kTenDigits = 10'000'000'000;
  const std::uint64_t number = place.number().packed();
  const bool plus_one = number / kTenDigits == kCodeOne;
  const std::string& international = place.block->international;
  chance %= 100;
  if (chance < (plus_one ? 40U : 55U)) {
    std::array<char, PhoneNumber::kDigitsMax + 1> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.assign(1, '+').append(digits.data(), end);
    return;
  }
  if (!plus_one) {
    fill_digits(international, number, text);
    if (chance < 90) return;
    for (char& character : text) {
      if (character == ' ') character = '-';
    }
    return;
  }
  constexpr std::array<std::string_view, 3> kNational{"(000) 000-0000", "000-000-0000", "000.000.0000"};
  if (chance < 85) {
    fill_digits(kNational[chance < 65 ? 0 : chance < 78 ? 1 : 2], number % kTenDigits, text);
  } else {
    fill_digits(international, number, text);
  }
}

void People::describe(std::uint64_t which, Person& person) const {
  const Switchboard board = switchboard_of(which);
  person.id = std::to_string(which + 1);
  // Who shares a switchboard works for the same company.
  const bool employed =
      write_organization(hash(board.leader, Purpose::organization), board.shared, person.organization);
  write_name(hash(which, Purpose::names), person.name, person.email);
  write_title(hash(which, Purpose::title), person.title);
  person.email += person.id;
  person.email += '@';
  if (employed) {
    write_domain(hash(board.leader, Purpose::organization), person.email);
  } else {
    person.email += "mail.example";
  }
  person.phones.resize(phone_count(which));
  const std::uint64_t chance = hash(which, Purpose::labels) % 100;
  const std::uint64_t first = board.shared ? 1U : chance < 60 ? 0U : chance < 85 ? 1U : 2U;
  std::uint64_t spelling = hash(which, Purpose::spelling);
  for (std::size_t i = 0; i < person.phones.size(); ++i, spelling >>= 16) {
    PersonPhone& phone = person.phones[i];
    const NumberBlocks::Place own = place(which, i, board);
    phone.number = own.number();
    phone.label = static_cast<PhoneLabel>((first + i) % kPhonesMax);
    spell(own, spelling & 0xffff, phone.text);
  }
}

Person People::person(std::uint64_t which) const {
  Person person;
  describe(which, person);
  return person;
}

PhoneNumber People::known_number(std::uint64_t people, Draw& draw) const {
  while (true) {
    const std::uint64_t which = draw.below(people);
    const std::size_t phone = draw.below(kPhonesMax);
    if (phone >= phone_count(which)) continue;
    const Switchboard board = switchboard_of(which);
    if (phone == 0 && board.shared && board.leader != which) continue;
    return place(which, phone, board).number();
  }
}

PhoneNumber People::unknown_number(std::uint64_t which) const {
  const std::uint64_t drawn = hash(which, Purpose::unknown);
  return blocks_->unknown(turns_[drawn % kCountryWeights].country, drawn).number();
}

}  // namespace ringdex::bench

#include "bench/number_blocks.h"

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "bench/draw.h"
#include "telephony/number/number_variants.h"
#include "telephony/text/plain_text.h"

namespace ringdex::bench {
namespace {

using Library = i18n::phonenumbers::PhoneNumberUtil;
using LibraryNumber = i18n::phonenumbers::PhoneNumber;

constexpr std::size_t kTailDigits = 6;
constexpr std::uint64_t kTails = 1'000'000;
constexpr std::uint64_t kKnownTails = kTails / 10 * 9;
constexpr std::uint64_t kUnknownLastDigit = 7;
constexpr std::size_t kBlocksPerTypeMax = 24;
constexpr unsigned kTriesPerType = 300;

// Finds blocks of one country by changing the front of an example number at random.
class BlockFinder {
 public:
  BlockFinder(std::string_view region, std::vector<NumberBlock>& blocks)
      : region_(region), code_(std::to_string(library_.GetCountryCodeForRegion(region_))), blocks_(blocks) {}

  void find(Library::PhoneNumberType type) {
    LibraryNumber example;
    if (!library_.GetExampleNumberForType(region_, type, &example)) return;
    std::string national;
    library_.GetNationalSignificantNumber(example, &national);
    if (national.size() <= kTailDigits) return;
    std::string front = national.substr(0, national.size() - kTailDigits);
    const std::size_t enough = blocks_.size() + kBlocksPerTypeMax;
    Draw draw(std::stoull(code_ + front));
    for (unsigned i = 0; i < kTriesPerType && blocks_.size() < enough; ++i) {
      take_if_valid(front);
      for (char& digit : front) digit = static_cast<char>('0' + draw.below(10));
    }
  }

 private:
  void take_if_valid(const std::string& front) {
    if (!seen_.insert(front).second) return;
    // One sample behind each digit that may follow.
    for (char digit = '0'; digit <= '9'; ++digit) {
      const std::string text = "+" + code_ + front + digit + "13952";
      LibraryNumber number;
      if (library_.Parse(text, "ZZ", &number) != Library::NO_PARSING_ERROR) return;
      if (!library_.IsValidNumberForRegion(number, region_)) return;
      std::string e164;
      library_.Format(number, Library::E164, &e164);
      const auto packed = telephony::PhoneNumber::from_e164(text);
      if (e164 != text || !packed || telephony::canonical(*packed) != *packed) return;
    }
    blocks_.push_back(block_of(front));
  }

  NumberBlock block_of(const std::string& front) const {
    const std::string text = "+" + code_ + front + "200000";
    LibraryNumber number;
    library_.Parse(text, "ZZ", &number);
    NumberBlock block;
    library_.Format(number, Library::INTERNATIONAL, &block.international);
    if ("+" + text::digits_of(block.international) != text) block.international = text;
    block.first = telephony::PhoneNumber::from_e164(text)->packed() / kTails * kTails;
    return block;
  }

  const Library& library_ = *Library::GetInstance();
  std::string region_;
  std::string code_;
  std::set<std::string> seen_;
  std::vector<NumberBlock>& blocks_;
};

// A permutation of 0 … rows * columns - 1: four rounds of a Feistel network on row and column.
std::uint64_t permuted(std::uint64_t value, std::uint64_t rows, std::uint64_t columns, std::uint64_t seed) {
  std::uint64_t row = value / columns;
  std::uint64_t column = value % columns;
  for (std::uint64_t round = 0; round < 2; ++round) {
    row = (row + mixed(seed ^ (column * 4 + round * 2)) % rows) % rows;
    column = (column + mixed(seed ^ (row * 4 + round * 2 + 1)) % columns) % columns;
  }
  return row * columns + column;
}

}  // namespace

NumberBlocks::NumberBlocks() {
  for (std::size_t i = 0; i < kCountries.size(); ++i) {
    BlockFinder finder(kCountries[i].region, blocks_[i]);
    finder.find(Library::MOBILE);
    finder.find(Library::FIXED_LINE);
    if (blocks_[i].empty()) throw std::runtime_error("no numbers for " + std::string(kCountries[i].region));
  }
}

std::uint64_t NumberBlocks::known_count(std::size_t country) const {
  return blocks_[country].size() * kKnownTails;
}

NumberBlocks::Place NumberBlocks::known(std::size_t country, std::uint64_t seed, std::uint64_t which) const {
  constexpr std::uint64_t kColumns = 1'000;
  const auto& blocks = blocks_[country];
  const std::uint64_t place =
      permuted(which, blocks.size() * (kKnownTails / kColumns), kColumns, mixed(seed + country));
  const std::uint64_t last = place % 9;
  const std::uint64_t tail = place % kKnownTails / 9 * 10 + (last < kUnknownLastDigit ? last : last + 1);
  return {&blocks[place / kKnownTails], tail};
}

NumberBlocks::Place NumberBlocks::unknown(std::size_t country, std::uint64_t draw) const {
  const auto& blocks = blocks_[country];
  const std::uint64_t place = mixed(draw);
  return {&blocks[place % blocks.size()], (place >> 32) % (kTails / 10) * 10 + kUnknownLastDigit};
}

}  // namespace ringdex::bench

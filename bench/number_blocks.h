#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/phone_number.h"

namespace ringdex::bench {

struct Country {
  std::string_view region;
  unsigned weight;  // of kCountryWeights
};

inline constexpr unsigned kCountryWeights = 1'000;
inline constexpr std::array<Country, 30> kCountries{
    {{"US", 380}, {"GB", 80}, {"DE", 70}, {"FR", 55}, {"CA", 45}, {"AU", 35}, {"IN", 35}, {"MX", 30},
     {"BR", 30},  {"ES", 30}, {"IT", 30}, {"NL", 22}, {"PL", 18}, {"SE", 15}, {"CH", 15}, {"AT", 12},
     {"BE", 12},  {"IE", 10}, {"PT", 10}, {"JP", 10}, {"DK", 8},  {"NO", 8},  {"ZA", 7},  {"AR", 7},
     {"FI", 6},   {"CL", 5},  {"CO", 5},  {"TR", 5},  {"IL", 3},  {"NZ", 2}}};

// A million numbers with the same first digits, nearly all of them valid.
struct NumberBlock {
  std::uint64_t first;  // packed, with zeros at the end
  // As libphonenumber writes such a number for a foreigner ("+44 20 7900 0000"); its digits are those of the number.
  std::string international;
};

// Where the numbers of the data come from: for each country the blocks around libphonenumber's example numbers.
// Known numbers and unknown ones differ in the last digit. Built once in about a second; then const and safe from any
// thread.
class NumberBlocks {
 public:
  NumberBlocks();

  struct Place {
    const NumberBlock* block;
    std::uint64_t tail;  // the last six digits
    telephony::PhoneNumber number() const { return telephony::PhoneNumber::from_packed(block->first + tail); }
  };

  // Known numbers of a country; different `which` below known_count() are different numbers, in random order.
  Place known(std::size_t country, std::uint64_t seed, std::uint64_t which) const;
  std::uint64_t known_count(std::size_t country) const;
  // A number that known() never gives.
  Place unknown(std::size_t country, std::uint64_t draw) const;

  const std::vector<NumberBlock>& blocks(std::size_t country) const { return blocks_[country]; }

 private:
  std::array<std::vector<NumberBlock>, kCountries.size()> blocks_;
};

}  // namespace ringdex::bench

#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_zendesk_store.h"

namespace ringdex::test_support {

// Made-up people as a company's help desk has them: names of several countries, numbers that are possible in their
// region, written as people write them. The home region's are often in national form. The same seed gives the same
// people.
class FakePeople {
 public:
  explicit FakePeople(std::uint64_t seed) : random_(seed) {}

  FakeOrganization organization(TimePoint updated_at);
  // `organizations` may be empty. About one person in ten has a number that colleagues have too.
  FakeUser user(const std::vector<std::uint64_t>& organizations, TimePoint updated_at);
  // A US, British, German, French, Italian or Australian number, somehow written.
  std::string phone();
  std::uint64_t draw(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_);
  }

 private:
  std::string digits(std::size_t count);
  std::string us_phone();
  std::string shared_phone(std::uint64_t organization);

  std::mt19937_64 random_;
  std::uint64_t made_ = 0;
};

}  // namespace ringdex::test_support

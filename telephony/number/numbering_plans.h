#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>

#include "telephony/number/numbering_plan.h"

namespace i18n::phonenumbers {
class PhoneMetadataCollection;
}

namespace ringdex::telephony {

// The numbering plans of all calling codes, out of the metadata that is built into libphonenumber. A plan is compiled
// when it is first asked for, which takes up to some milliseconds; after that it is found without a lock. Safe from
// any thread.
class NumberingPlans {
 public:
  NumberingPlans();
  ~NumberingPlans();
  NumberingPlans(const NumberingPlans&) = delete;
  NumberingPlans& operator=(const NumberingPlans&) = delete;

  // Null if there is no such code or its rules are not understood: libphonenumber is to be asked then.
  const NumberingPlan* find(std::size_t calling_code) const;

  // Compiles all plans now. Gives how many calling codes are not understood.
  std::size_t compile_all() const;
  // Of all plans compiled so far.
  std::size_t bytes() const;

 private:
  static constexpr std::size_t kCodesMax = 1000;
  struct Entry;

  const NumberingPlan* compiled(Entry& entry) const;

  std::unique_ptr<const i18n::phonenumbers::PhoneMetadataCollection> metadata_;
  std::array<std::unique_ptr<Entry>, kCodesMax> by_code_;
  mutable std::mutex compiling_;
};

}  // namespace ringdex::telephony

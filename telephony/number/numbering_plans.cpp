#include "telephony/number/numbering_plans.h"

#include <phonenumbers/phonemetadata.pb.h>

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

// The bytes of the metadata that libphonenumber is built with, a serialised PhoneMetadataCollection. The library
// exports both functions, but installs no header for them; upstream they are declared in
// cpp/src/phonenumbers/metadata.h.
namespace i18n::phonenumbers {
const void* metadata_get();
int metadata_size();
}  // namespace i18n::phonenumbers

namespace ringdex::telephony {

using i18n::phonenumbers::PhoneMetadata;
using i18n::phonenumbers::PhoneMetadataCollection;

struct NumberingPlans::Entry {
  std::vector<const PhoneMetadata*> regions;  // fixed after construction
  std::atomic<bool> is_compiled = false;      // true publishes `plan`
  std::optional<NumberingPlan> plan;          // written once, under `compiling_`
};

NumberingPlans::NumberingPlans() {
  auto metadata = std::make_unique<PhoneMetadataCollection>();
  // Without metadata there is no plan, and libphonenumber is asked about every number.
  if (!metadata->ParseFromArray(i18n::phonenumbers::metadata_get(), i18n::phonenumbers::metadata_size())) return;
  for (const PhoneMetadata& region : metadata->metadata()) {
    const auto code = static_cast<std::size_t>(region.country_code());
    if (region.country_code() <= 0 || code >= kCodesMax) continue;
    if (!by_code_[code]) by_code_[code] = std::make_unique<Entry>();
    auto& regions = by_code_[code]->regions;
    // The library's own order: the main region first, the others as they stand in the metadata.
    regions.insert(region.main_country_for_code() ? regions.begin() : regions.end(), &region);
  }
  metadata_ = std::move(metadata);
}

NumberingPlans::~NumberingPlans() = default;

const NumberingPlan* NumberingPlans::find(std::size_t calling_code) const {
  if (calling_code >= kCodesMax || !by_code_[calling_code]) return nullptr;
  return compiled(*by_code_[calling_code]);
}

const NumberingPlan* NumberingPlans::compiled(Entry& entry) const {
  if (!entry.is_compiled.load(std::memory_order_acquire)) {
    const std::lock_guard lock(compiling_);
    if (!entry.is_compiled.load(std::memory_order_relaxed)) {
      entry.plan = NumberingPlan::compile(entry.regions);
      entry.is_compiled.store(true, std::memory_order_release);
    }
  }
  return entry.plan ? &*entry.plan : nullptr;
}

std::size_t NumberingPlans::compile_all() const {
  std::size_t not_understood = 0;
  for (const auto& entry : by_code_) {
    if (entry && compiled(*entry) == nullptr) ++not_understood;
  }
  return not_understood;
}

std::size_t NumberingPlans::bytes() const {
  std::size_t bytes = 0;
  for (const auto& entry : by_code_) {
    if (entry && entry->is_compiled.load(std::memory_order_acquire) && entry->plan) bytes += entry->plan->bytes();
  }
  return bytes;
}

}  // namespace ringdex::telephony

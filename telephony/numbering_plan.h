#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/digit_automaton.h"
#include "telephony/national_template.h"
#include "telephony/number_facts.h"

namespace i18n::phonenumbers {
class PhoneMetadata;
}

namespace ringdex::telephony {

// All that libphonenumber's metadata says of the numbers of one calling code, compiled so that the facts of any number
// cost one step a digit. The differential test compares it with the library. Immutable, so safe from any thread.
class NumberingPlan {
 public:
  static constexpr std::size_t kDigitsMax = 18;  // of a national number: E.164 as kept has 19, the code at least one

  // `regions` are those of the calling code in libphonenumber's own order, the main one first. Nothing if a rule of
  // one of them is not understood: the library is to be asked then.
  static std::optional<NumberingPlan> compile(const std::vector<const i18n::phonenumbers::PhoneMetadata*>& regions);

  // `national` is the national number in ASCII digits, its leading zeros kept, not longer than kDigitsMax.
  NumberFacts facts_of(std::string_view national) const;
  bool is_valid(std::string_view national) const { return rows_[automaton_.answer(national)].valid; }

  std::size_t bytes() const;

 private:
  friend class PlanCompiler;
  struct Row {
    std::uint16_t region = 0;
    std::uint16_t form = 0;
    std::uint8_t type = 0;
    bool valid = false;
  };

  DigitAutomaton automaton_;
  std::vector<Row> rows_;
  std::vector<NationalTemplate> forms_;
  // By pointer, as the facts' views must outlive a move of the plan.
  std::unique_ptr<const std::vector<std::string>> regions_;
};

}  // namespace ringdex::telephony

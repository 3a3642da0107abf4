#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/digit_automaton.h"
#include "telephony/number/national_template.h"
#include "telephony/number/number_facts.h"
#include "telephony/number/static_text.h"

namespace i18n::phonenumbers {
class PhoneMetadata;
}

namespace ringdex::telephony {

// Of a national number: E.164 as kept has 19 digits, the calling code at least one of them.
inline constexpr std::size_t kNationalDigitsMax = 18;

// A national number as it was read.
struct NationalDigits {
  StaticText<kNationalDigitsMax> digits;
  bool code_was_written = true;
};

// All that libphonenumber's metadata says of the numbers of one calling code, compiled so that the facts of any number
// cost one step a digit. The differential test compares it with the library. Immutable, so safe from any thread.
class NumberingPlan {
 public:
  static constexpr std::size_t kDigitsMax = kNationalDigitsMax;

  // `regions` are those of the calling code in libphonenumber's own order, the main one first. Nothing if a rule of
  // one of them is not understood: the library is to be asked then.
  static std::optional<NumberingPlan> compile(const std::vector<const i18n::phonenumbers::PhoneMetadata*>& regions);

  // `national` is the national number in ASCII digits, its leading zeros kept, not longer than kDigitsMax.
  NumberFacts facts_of(std::string_view national) const;
  bool is_valid(std::string_view national) const { return rows_[automaton_.answer(national)].valid; }

  // What libphonenumber's parse makes of the digits behind this calling code, and of digits without a plus in the main
  // region. Nothing where its rules are not understood, or it gives an error: it is to be asked then.
  std::optional<NationalDigits> read_after_code(std::string_view digits) const;
  std::optional<NationalDigits> read_in_main_region(std::string_view digits) const;

  // IsPossibleNumberWithReason, which knows the number of digits only.
  enum class Length : std::uint8_t { possible, local_only, too_short, too_long, invalid };
  Length length_of(std::size_t digits) const;

  std::string_view main_region() const { return regions_->front(); }
  std::string_view calling_code() const { return calling_code_; }
  std::size_t bytes() const;

 private:
  friend class PlanCompiler;
  struct Row {
    std::uint16_t region = 0;
    std::uint16_t form = 0;
    std::uint8_t type = 0;
    bool valid = false;
    bool is_general = false;  // the main region's pattern for any number matches
  };
  // The main region's rules of parsing.
  struct PrefixRules {
    bool is_understood = false;
    std::optional<DigitPattern> national;  // nullopt if nothing is taken off
    std::string replacement;               // "9$1": what stands for a national prefix that holds more than a prefix
    std::size_t replaced_group = 0;        // the group that must have taken part for that; 0: no replacement
    std::optional<DigitPattern> international;
  };

  std::optional<StaticText<kDigitsMax>> without_prefix(std::string_view national) const;
  bool is_general(std::string_view national) const { return rows_[automaton_.answer(national)].is_general; }

  DigitAutomaton automaton_;
  std::vector<Row> rows_;
  std::vector<NationalTemplate> forms_;
  std::string calling_code_;
  PrefixRules prefixes_;
  std::uint32_t lengths_ = 0;        // bit n: n digits are possible
  std::uint32_t local_lengths_ = 0;  // bit n: n digits are dialled inside an area only
  // By pointer, as the facts' views must outlive a move of the plan.
  std::unique_ptr<const std::vector<std::string>> regions_;
};

}  // namespace ringdex::telephony

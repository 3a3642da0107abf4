#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/number/number_facts.h"
#include "telephony/number/phone_number.h"
#include "telephony/text/enum_names.h"

namespace ringdex::telephony {

// Why a text is not a matchable number; the names follow libphonenumber's PhoneNumberUtil::ErrorType and
// ValidationResult.
enum class ParseError { not_a_number, bad_country_code, too_short, too_long, local_only };
inline constexpr auto kParseErrorNames =
    text::enum_names<ParseError>({{ParseError::not_a_number, "not_a_number"},
                                  {ParseError::bad_country_code, "bad_country_code"},
                                  {ParseError::too_short, "too_short"},
                                  {ParseError::too_long, "too_long"},
                                  {ParseError::local_only, "local_only"}});
constexpr std::string_view to_string(ParseError value) {
  return kParseErrorNames.name_of(value);
}

// What was mended because the literal reading was not valid and exactly one of these repairs was.
enum class Repair { none, lost_italian_zero, doubled_country_code, trunk_zero };
inline constexpr auto kRepairNames = text::enum_names<Repair>({{Repair::none, "none"},
                                                               {Repair::lost_italian_zero, "lost_italian_zero"},
                                                               {Repair::doubled_country_code, "doubled_country_code"},
                                                               {Repair::trunk_zero, "trunk_zero"}});
constexpr std::string_view to_string(Repair value) {
  return kRepairNames.name_of(value);
}

struct ParsedNumber {
  PhoneNumber number;
  std::string extension;
  bool valid = false;  // libphonenumber's IsValidNumber; a number that is only possible is matched all the same
  Repair repair = Repair::none;
  bool operator==(const ParsedNumber&) const = default;
};

inline constexpr std::size_t kNumberBytesMax = 250;  // libphonenumber's own limit
inline constexpr std::size_t kExtensionDigitsMax = 7;

// Text to E.164 by libphonenumber, with a short path for clean E.164 text that gives the same result.
// Matchable means: IsPossibleNumberWithReason says IS_POSSIBLE. Safe from any thread; never throws on outside bytes.
class NumberParser {
 public:
  NumberParser();
  ~NumberParser();
  NumberParser(const NumberParser&) = delete;
  NumberParser& operator=(const NumberParser&) = delete;

  // `text` is one number as a person or a machine wrote it, `region` the ISO 3166-1 alpha-2 code whose national form
  // it may have. Repairs are made here, so that stored and asked numbers are mended alike. A leading 00 or 011 that the
  // region itself does not read as an international prefix is read as a plus where only that gives a valid number.
  // Letters are dialled only in the form of a bare vanity number ("1-800-FLOWERS") that is valid; an extension longer
  // than kExtensionDigitsMax is a second number, so the text is not one number.
  std::expected<ParsedNumber, ParseError> parse(std::string_view text, std::string_view region) const;
  // The same without any short path: the oracle of the differential test.
  std::expected<ParsedNumber, ParseError> parse_by_library(std::string_view text, std::string_view region) const;

  // The short path alone: the number of clean "+digits" text, without `valid` and its cost, and only if parse() gives
  // exactly these digits and no repair. Nothing means: ask parse(). Allocates nothing.
  std::optional<PhoneNumber> parse_clean_e164(std::string_view text) const;

  // libphonenumber's IsValidNumber, out of its compiled metadata.
  bool is_valid(PhoneNumber number) const;
  // What libphonenumber says of the number, out of its compiled metadata: a step a digit, no allocation.
  NumberFacts describe(PhoneNumber number) const;
  // The numbering plans are compiled on their first use, up to some milliseconds each. This compiles all of them now
  // and gives how many calling codes must be left to libphonenumber.
  std::size_t compile_all_plans() const;

  bool knows_region(std::string_view region) const;
  // What is dialled in front of a number inside the region ("0", "1", "06"), empty if nothing is or the region is
  // unknown.
  std::string national_prefix(std::string_view region) const;

 private:
  struct State;
  enum class Way;

  std::expected<ParsedNumber, ParseError> parse_fully(std::string_view text, std::string_view region, Way way) const;

  std::unique_ptr<State> state_;
};

}  // namespace ringdex::telephony

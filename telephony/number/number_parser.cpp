#include "telephony/number/number_parser.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "telephony/number/calling_codes.h"
#include "telephony/number/national_forms.h"
#include "telephony/number/number_letters.h"
#include "telephony/number/number_repair.h"
#include "telephony/number/numbering_plans.h"
#include "telephony/number/static_text.h"
#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using Library = i18n::phonenumbers::PhoneNumberUtil;
using LibraryNumber = i18n::phonenumbers::PhoneNumber;

constexpr std::string_view kNoRegion = "ZZ";
constexpr std::string_view kGlobalServices = "001";

// One reading of a text, before any repair.
struct LibraryReading {
  std::string code;
  std::string national;
  std::string extension;
  bool code_was_written = false;
  Library::ValidationResult length = Library::TOO_SHORT;
  bool valid = false;
};
using MaybeReading = std::expected<LibraryReading, ParseError>;

ParseError error_of(Library::ErrorType type) {
  switch (type) {
    case Library::INVALID_COUNTRY_CODE_ERROR:
      return ParseError::bad_country_code;
    case Library::TOO_SHORT_AFTER_IDD:
    case Library::TOO_SHORT_NSN:
      return ParseError::too_short;
    case Library::TOO_LONG_NSN:
      return ParseError::too_long;
    case Library::NO_PARSING_ERROR:
    case Library::NOT_A_NUMBER:
      break;
  }
  return ParseError::not_a_number;
}

ParseError error_of(Library::ValidationResult length) {
  switch (length) {
    case Library::IS_POSSIBLE_LOCAL_ONLY:
      return ParseError::local_only;
    case Library::INVALID_COUNTRY_CODE:
      return ParseError::bad_country_code;
    case Library::TOO_SHORT:
    case Library::INVALID_LENGTH:
      return ParseError::too_short;
    case Library::TOO_LONG:
      return ParseError::too_long;
    case Library::IS_POSSIBLE:
      break;
  }
  return ParseError::not_a_number;
}

Library::ValidationResult validation_result(NumberingPlan::Length length) {
  switch (length) {
    case NumberingPlan::Length::possible:
      return Library::IS_POSSIBLE;
    case NumberingPlan::Length::local_only:
      return Library::IS_POSSIBLE_LOCAL_ONLY;
    case NumberingPlan::Length::too_short:
      return Library::TOO_SHORT;
    case NumberingPlan::Length::too_long:
      return Library::TOO_LONG;
    case NumberingPlan::Length::invalid:
      break;
  }
  return Library::INVALID_LENGTH;
}

std::optional<LibraryReading> reading_of(const NumberingPlan& plan, const std::optional<NationalDigits>& read) {
  if (!read) return std::nullopt;
  LibraryReading reading{.code = std::string(plan.calling_code()),
                         .national = std::string(std::string_view(read->digits)),
                         .extension = {},
                         .code_was_written = read->code_was_written,
                         .length = validation_result(plan.length_of(read->digits.size())),
                         .valid = false};
  reading.valid = reading.length == Library::IS_POSSIBLE && plan.is_valid(read->digits);
  return reading;
}

// The text with its leading 00 or 011 turned into a plus; nothing without such a prefix.
std::optional<std::string> with_plus_for_prefix(std::string_view text) {
  for (const std::string_view prefix : {"00", "011"}) {
    if (text.starts_with(prefix)) return "+" + std::string(text.substr(prefix.size()));
  }
  return std::nullopt;
}

std::string_view type_name(Library::PhoneNumberType type) {
  switch (type) {
    case Library::FIXED_LINE:
      return "fixed_line";
    case Library::MOBILE:
      return "mobile";
    case Library::FIXED_LINE_OR_MOBILE:
      return "fixed_line_or_mobile";
    case Library::TOLL_FREE:
      return "toll_free";
    case Library::PREMIUM_RATE:
      return "premium_rate";
    case Library::SHARED_COST:
      return "shared_cost";
    case Library::VOIP:
      return "voip";
    case Library::PERSONAL_NUMBER:
      return "personal";
    case Library::PAGER:
      return "pager";
    case Library::UAN:
      return "uan";
    case Library::VOICEMAIL:
      return "voicemail";
    case Library::UNKNOWN:
      break;
  }
  return "unknown";
}

}  // namespace

// Whether the short ways are open, or libphonenumber is asked about everything.
enum class NumberParser::Way { short_ways, library };

// Fixed after construction, but for plans that are compiled on first use.
struct NumberParser::State {
  Library* library = Library::GetInstance();
  CallingCodes codes;
  NationalForms national_forms;
  NumberingPlans plans;
  std::map<std::string, int, std::less<>> regions;  // with their calling codes

  const NumberingPlan* plan_of(const SplitNumber& number) const;
  std::optional<LibraryNumber> library_number(PhoneNumber number) const;
  bool is_valid(PhoneNumber number) const;
  std::optional<PhoneNumber> valid_without_parsing(std::string_view text, std::string_view region) const;
  std::optional<LibraryReading> read_by_plan(std::string_view text, std::string_view region) const;
  MaybeReading read(const std::string& text, const std::string& region, Way way) const;
  MaybeReading read_with_prefixes(const std::string& text, const std::string& region, Way way) const;
  std::optional<ParsedNumber> mended(const LibraryReading& reading, Way way) const;
  NumberFacts facts_by_library(PhoneNumber number) const;
};

namespace {

// libphonenumber judges a length by the calling code alone, so one number of each length tells all.
std::uint32_t possible_lengths(const Library& library, int code) {
  std::uint32_t lengths = 0;
  std::uint64_t national = 1;
  for (std::size_t digits = 1; digits <= CallingCodes::kNationalDigitsMax; ++digits, national *= 10) {
    LibraryNumber number;
    number.set_country_code(code);
    number.set_national_number(national);
    if (library.IsPossibleNumberWithReason(number) == Library::IS_POSSIBLE) lengths |= 1U << digits;
  }
  return lengths;
}

}  // namespace

NumberParser::NumberParser() : state_(std::make_unique<State>()) {
  state_->library->SetLogger(new i18n::phonenumbers::NullLogger());
  std::set<std::string> regions;
  state_->library->GetSupportedRegions(&regions);
  for (const std::string& region : regions) {
    const int code = state_->library->GetCountryCodeForRegion(region);
    state_->regions.emplace(region, code);
    state_->national_forms.add(region, code);
  }
  std::set<int> codes;
  state_->library->GetSupportedCallingCodes(&codes);
  for (const int code : codes) state_->codes.add(code, possible_lengths(*state_->library, code));
}

NumberParser::~NumberParser() = default;

const NumberingPlan* NumberParser::State::plan_of(const SplitNumber& number) const {
  std::size_t code = 0;
  for (const char digit : number.code) code = code * 10 + static_cast<std::size_t>(digit - '0');
  return plans.find(code);
}

// The same fields that the library's own parse sets from this number's E.164 form.
std::optional<LibraryNumber> NumberParser::State::library_number(PhoneNumber number) const {
  const auto digits = number.digits();
  const auto split = codes.split(digits);
  if (!split) return std::nullopt;
  LibraryNumber converted;
  converted.set_country_code(std::stoi(std::string(split->code)));
  converted.set_national_number(std::stoull(std::string(split->national)));
  const std::size_t zeros = std::min(split->national.find_first_not_of('0'), split->national.size() - 1);
  if (zeros > 0) converted.set_italian_leading_zero(true);
  if (zeros > 1) converted.set_number_of_leading_zeros(static_cast<int>(zeros));
  return converted;
}

bool NumberParser::State::is_valid(PhoneNumber number) const {
  const auto digits = number.digits();
  const auto split = codes.split(digits);
  if (!split) return false;
  if (const NumberingPlan* plan = plan_of(*split)) return plan->is_valid(split->national);
  const auto converted = library_number(number);
  return converted && library->IsValidNumber(*converted);
}

// The short paths for punctuated text. A valid literal reading ends the library's path too: neither another prefix nor
// a repair is tried then.
std::optional<PhoneNumber> NumberParser::State::valid_without_parsing(std::string_view text,
                                                                      std::string_view region) const {
  const std::string_view number_text = text::trimmed(text);
  std::optional<PhoneNumber> number;
  if (!number_text.starts_with('+')) {
    number = national_forms.candidate(number_text, region);
  } else if (number_text.size() <= kNumberBytesMax &&
             number_text.find_first_not_of("0123456789 ().-/", 1) == std::string_view::npos) {
    StaticText<kNumberBytesMax> e164(1, '+');
    std::ranges::copy_if(number_text, std::back_inserter(e164), text::is_digit);
    number = codes.clean_e164(e164);
  }
  const bool is_sure = number && codes.is_possible(*number) && is_valid(*number);
  return is_sure ? number : std::nullopt;
}

// What read() makes of plainly punctuated digits, by the compiled plan of their calling code or region; nullopt: ask
// the library.
std::optional<LibraryReading> NumberParser::State::read_by_plan(std::string_view text, std::string_view region) const {
  constexpr std::size_t kDigitsMin = 3;
  const bool has_plus = text.starts_with('+');
  if (text.find_first_not_of("0123456789 ().-/", has_plus ? 1 : 0) != std::string_view::npos) return {};
  StaticText<CallingCodes::kNationalDigitsMax + 3> digits;
  for (const char character : text) {
    if (!text::is_digit(character)) continue;
    if (digits.size() == digits.max_size()) return {};
    digits.push_back(character);
  }
  if (digits.size() < kDigitsMin) return {};
  if (has_plus) {
    const auto split = codes.split(digits);
    const NumberingPlan* plan = split ? plan_of(*split) : nullptr;
    return plan != nullptr ? reading_of(*plan, plan->read_after_code(split->national)) : std::nullopt;
  }
  const auto known = regions.find(region);
  if (known == regions.end()) return {};
  const NumberingPlan* plan = plans.find(static_cast<std::size_t>(known->second));
  if (plan == nullptr || plan->main_region() != region) return {};
  return reading_of(*plan, plan->read_in_main_region(digits));
}

MaybeReading NumberParser::State::read(const std::string& text, const std::string& region, Way way) const {
  if (way == Way::short_ways) {
    if (auto reading = read_by_plan(text, region)) return *std::move(reading);
  }
  LibraryNumber number;
  const auto outcome = library->ParseAndKeepRawInput(text, region, &number);
  if (outcome != Library::NO_PARSING_ERROR) return std::unexpected(error_of(outcome));
  LibraryReading reading;
  reading.code = std::to_string(number.country_code());
  library->GetNationalSignificantNumber(number, &reading.national);
  reading.extension = number.extension();
  if (reading.extension.size() > kExtensionDigitsMax) return std::unexpected(ParseError::not_a_number);
  reading.code_was_written = number.country_code_source() != LibraryNumber::FROM_DEFAULT_COUNTRY;
  reading.length = library->IsPossibleNumberWithReason(number);
  reading.valid = reading.length == Library::IS_POSSIBLE && library->IsValidNumber(number);
  return reading;
}

MaybeReading NumberParser::State::read_with_prefixes(const std::string& text, const std::string& region,
                                                     Way way) const {
  MaybeReading as_dialled = read(text, region, way);
  if (as_dialled && as_dialled->valid) return as_dialled;
  const auto with_plus = with_plus_for_prefix(text);
  if (!with_plus) return as_dialled;
  MaybeReading international = read(*with_plus, std::string(kNoRegion), way);
  if (!international) return as_dialled;
  const bool is_dialled_possible = as_dialled && as_dialled->length == Library::IS_POSSIBLE;
  const bool is_better =
      international->valid || (!is_dialled_possible && international->length == Library::IS_POSSIBLE);
  return is_better ? international : as_dialled;
}

std::optional<ParsedNumber> NumberParser::State::mended(const LibraryReading& reading, Way way) const {
  std::optional<ParsedNumber> mended;
  for (const auto& attempt : repair_attempts({reading.code, reading.national}, reading.code_was_written)) {
    const auto repaired = read(attempt.e164, std::string(kNoRegion), way);
    if (!repaired || !repaired->valid) continue;
    const auto number = PhoneNumber::from_e164("+" + repaired->code + repaired->national);
    if (!number) continue;
    if (mended && mended->number != *number) return std::nullopt;
    if (!mended) mended = ParsedNumber{*number, reading.extension, true, attempt.repair};
  }
  return mended;
}

std::expected<ParsedNumber, ParseError> NumberParser::parse_by_library(std::string_view text,
                                                                       std::string_view region) const {
  return parse_fully(text, region, Way::library);
}

std::expected<ParsedNumber, ParseError> NumberParser::parse_fully(std::string_view text, std::string_view region,
                                                                  Way way) const {
  if (text.size() > kNumberBytesMax) return std::unexpected(ParseError::too_long);
  const auto plain = text::plain_text(text);
  if (!plain) return std::unexpected(ParseError::not_a_number);
  const std::string number_text(text::trimmed(*plain));
  const Letters letters = letters_in(number_text);
  if (letters == Letters::other) return std::unexpected(ParseError::not_a_number);
  const auto reading =
      state_->read_with_prefixes(number_text, knows_region(region) ? std::string(region) : std::string(kNoRegion), way);
  if (!reading) return std::unexpected(reading.error());
  if (letters == Letters::vanity && !reading->valid) return std::unexpected(ParseError::not_a_number);
  if (!reading->valid) {
    if (auto mended = state_->mended(*reading, way)) return *std::move(mended);
  }
  if (reading->length != Library::IS_POSSIBLE) return std::unexpected(error_of(reading->length));
  const auto number = PhoneNumber::from_e164("+" + reading->code + reading->national);
  if (!number) return std::unexpected(ParseError::too_long);
  return ParsedNumber{*number, reading->extension, reading->valid, Repair::none};
}

std::expected<ParsedNumber, ParseError> NumberParser::parse(std::string_view text, std::string_view region) const {
  if (const auto number = parse_clean_e164(text)) return ParsedNumber{*number, {}, state_->is_valid(*number)};
  if (const auto number = state_->valid_without_parsing(text, region)) return ParsedNumber{*number, {}, true};
  return parse_fully(text, region, Way::short_ways);
}

std::optional<PhoneNumber> NumberParser::parse_clean_e164(std::string_view text) const {
  return state_->codes.clean_e164(text);
}

bool NumberParser::is_valid(PhoneNumber number) const {
  return state_->is_valid(number);
}

NumberFacts NumberParser::describe(PhoneNumber number) const {
  const auto digits = number.digits();
  const auto split = state_->codes.split(digits);
  if (!split) return {};
  if (const NumberingPlan* plan = state_->plan_of(*split)) return plan->facts_of(split->national);
  return state_->facts_by_library(number);
}

// For the numbers of a calling code without a compiled plan. No code of 8.12.57 is so.
NumberFacts NumberParser::State::facts_by_library(PhoneNumber number) const {
  NumberFacts facts;
  const auto converted = library_number(number);
  if (!converted) return facts;
  // A number is valid exactly if the pattern of some type matches it; asking for the type alone saves a second look.
  const auto type = library->GetNumberType(*converted);
  facts.type = type_name(type);
  facts.valid = type != Library::UNKNOWN;
  std::string region;
  library->GetRegionCodeForNumber(*converted, &region);
  if (region == kGlobalServices) facts.region = kGlobalServices;
  if (const auto known = regions.find(region); known != regions.end()) facts.region = known->first;
  std::string national;
  library->Format(*converted, Library::NATIONAL, &national);
  facts.national = std::string_view(national).substr(0, kNationalBytesMax);
  return facts;
}

std::size_t NumberParser::compile_all_plans() const {
  return state_->plans.compile_all();
}

bool NumberParser::knows_region(std::string_view region) const {
  return state_->regions.contains(region);
}

std::string NumberParser::national_prefix(std::string_view region) const {
  std::string prefix;
  if (knows_region(region)) state_->library->GetNddPrefixForRegion(std::string(region), true, &prefix);
  return prefix;
}

}  // namespace ringdex::telephony

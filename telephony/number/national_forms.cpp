#include "telephony/number/national_forms.h"

#include <charconv>
#include <string_view>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

constexpr std::size_t kTextBytesMax = 40;

// Regions by what libphonenumber 8.12.57 does with their national numbers. Each is the main or only region of its
// calling code, so that the lengths of the code are its own. The differential test compares them with the library.
// nationalPrefixForParsing is "0", the international prefix "00".
constexpr std::string_view kZeroOrBare =
    " AE AF AL AM AT AZ BA BD BE BG CD CH DE DZ EC EG ER ET FR GB GE GF GH GP HR IE IN IQ IR JO KG KI LA LB LK LR LY "
    "MA "
    "MC MD ME MK MM MQ MW MY NA NL NP PH PK PM PS PY RE RO RS RW SA SD SE SK SL SO SS SY TR UA VE VN XK YE ZA ZM ZW ";
// No national prefix, the international prefix is "00".
constexpr std::string_view kBare =
    " AC AD AO AW BF BH BI BJ BN BT BW BZ CF CG CI CK CM CW CY CZ DJ DK EE ES FK FM GI GL GM GN GQ GR GT GW HN HT IO "
    "IT "
    "KM KW LS LV ML MO MR MT MZ NC NE NI NO NR NU OM PA PF PL PT QA SH SN SR ST SV SZ TG TK TL TN TO TV VU WF ";
// "0" is among the prefixes, and no international prefix begins with 0 and another digit than 0 but Japan's 010.
constexpr std::string_view kZeroOnly = " AU CN FI JP KE KH NG PE SI TH TZ UG ";
// Every prefix, national or international, begins with 0 or 1, or is Brazil's 90.
constexpr std::string_view kBareFromTwo = " BR CL FJ HK MU MX SG ";

bool is_listed(std::string_view regions, std::string_view region) {
  for (std::size_t at = 1; at + 1 < regions.size(); at += 3) {
    if (regions.substr(at, 2) == region) return true;
  }
  return false;
}

// The digits of a plainly punctuated text.
struct PlainDigits {
  std::array<char, kTextBytesMax + 1> characters{};
  std::size_t size = 0;
  std::string_view view() const { return {characters.data(), size}; }
};

std::optional<PlainDigits> plain_digits(std::string_view text) {
  if (text.size() > kTextBytesMax) return std::nullopt;
  PlainDigits plain;
  for (const char character : text) {
    if (text::is_digit(character)) {
      plain.characters[plain.size++] = character;
    } else if (!std::string_view(" ().-/").contains(character)) {
      return std::nullopt;
    }
  }
  return plain;
}

std::optional<PhoneNumber> joined(std::uint16_t code, std::string_view national) {
  std::array<char, kTextBytesMax + 8> e164{};
  e164[0] = '+';
  char* end = std::to_chars(e164.data() + 1, e164.data() + e164.size(), code).ptr;
  if (national.size() + 4 > kTextBytesMax) return std::nullopt;
  end += national.copy(end, national.size());
  return PhoneNumber::from_e164({e164.data(), end});
}

}  // namespace

std::optional<std::size_t> NationalForms::place_of(std::string_view region) {
  const auto is_capital = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
  if (region.size() != 2 || !is_capital(region[0]) || !is_capital(region[1])) return std::nullopt;
  return static_cast<std::size_t>(region[0] - 'A') * kLetters + static_cast<std::size_t>(region[1] - 'A');
}

void NationalForms::add(std::string_view region, int code) {
  const auto place = place_of(region);
  if (!place) return;
  Rule rule = Rule::none;
  if (code == 1) rule = Rule::north_american;
  if (is_listed(kZeroOrBare, region)) rule = Rule::zero_or_bare;
  if (is_listed(kBare, region)) rule = Rule::bare;
  if (is_listed(kZeroOnly, region)) rule = Rule::zero_only;
  if (is_listed(kBareFromTwo, region)) rule = Rule::bare_from_two;
  by_region_[*place] = {.rule = rule, .code = static_cast<std::uint16_t>(code)};
}

std::optional<PhoneNumber> NationalForms::candidate(std::string_view text, std::string_view region) const {
  const auto plain = plain_digits(text);
  if (!plain || plain->size < 5) return std::nullopt;
  std::string_view digits = plain->view();
  const auto place = place_of(region);
  if (!place) return std::nullopt;
  const Entry& entry = by_region_[*place];
  if (entry.rule == Rule::none || digits.starts_with("00")) return std::nullopt;
  if (entry.rule == Rule::north_american) {
    if (digits.size() == 11 && digits[0] == '1') digits.remove_prefix(1);
    return digits.size() == 10 && digits[0] >= '2' ? joined(entry.code, digits) : std::nullopt;
  }
  const bool has_zero = digits[0] == '0';
  if (has_zero && (entry.rule == Rule::zero_or_bare || entry.rule == Rule::zero_only)) {
    if (entry.rule == Rule::zero_only && digits.starts_with("010")) return std::nullopt;
    return joined(entry.code, digits.substr(1));
  }
  if (entry.rule == Rule::zero_only) return std::nullopt;
  if (entry.rule == Rule::bare_from_two && (digits[0] < '2' || digits.starts_with("90"))) return std::nullopt;
  // Digits that begin with the calling code may be the whole number without its plus.
  std::array<char, 4> code{};
  const char* code_end = std::to_chars(code.data(), code.data() + code.size(), entry.code).ptr;
  if (digits.starts_with(std::string_view(code.data(), code_end))) return std::nullopt;
  return joined(entry.code, digits);
}

}  // namespace ringdex::telephony

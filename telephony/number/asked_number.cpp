#include "telephony/number/asked_number.h"

#include <algorithm>
#include <utility>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

constexpr std::size_t kExtensionLengthMax = 6;
constexpr std::string_view kRegionUnknown;

using Parsed = std::expected<ParsedNumber, ParseError>;

// Tells what is done to those who want to know; a step that nobody wants is not put in words.
class Teller {
 public:
  explicit Teller(std::vector<std::string>* steps) : steps_(steps) {}

  template <typename Words>
  void tell(const Words& words) const {
    if (steps_ != nullptr) steps_->push_back(std::string(words()));
  }
  void tell(const char* words) const {
    if (steps_ != nullptr) steps_->emplace_back(words);
  }

 private:
  std::vector<std::string>* steps_;
};

std::string reading_step(std::string_view name, const Parsed& parsed) {
  std::string step = "Read as " + std::string(name) + ": ";
  if (!parsed) return step + "no matchable number (" + std::string(to_string(parsed.error())) + ").";
  step += parsed->number.to_e164() + (parsed->valid ? ", valid" : ", possible but not valid");
  if (parsed->repair != Repair::none) step += ", repaired (" + std::string(to_string(parsed->repair)) + ")";
  return step + ".";
}

void add_reading(AskedNumber& asked, const NumberParser& parser, const Parsed& parsed, Reading reading) {
  if (!parsed) return;
  const bool is_known = std::ranges::any_of(
      asked.readings, [&](const NumberReading& known) { return known.parsed.number == parsed->number; });
  if (!is_known) asked.readings.push_back({*parsed, reading, parser.describe(parsed->number)});
}

void read_literal(AskedNumber& asked, const NumberParser& parser, std::string_view text, std::string_view region,
                  const Teller& teller) {
  const Parsed parsed = parser.parse(text, region);
  teller.tell([&] { return reading_step("an international number as written", parsed); });
  add_reading(asked, parser, parsed, Reading::literal);
  if (parsed) return;
  const bool is_short = text::digits_of(text).size() <= kExtensionLengthMax;
  asked.unmatchable = is_short ? Unmatchable::extension : Unmatchable::not_a_number;
  teller.tell("This matches nobody.");
}

// 00 and 011 in front of the whole number, as dialled from abroad: the number itself says which country it is of.
bool is_international_prefix_dialled(std::string_view digits, const ParsedNumber& parsed) {
  const std::string e164 = parsed.number.to_e164();
  return (digits.starts_with("00") || digits.starts_with("011")) && digits.ends_with(std::string_view(e164).substr(1));
}

// A short code or extension never stands for a longer number. Only a region whose whole numbers are this short has
// them, and then with its national prefix if it has one.
bool is_whole_short_number(const NumberParser& parser, std::string_view digits, std::string_view region) {
  const Parsed parsed = parser.parse(digits, region);
  if (!parsed || !parsed->valid) return false;
  return digits.starts_with(parser.national_prefix(region));
}

void read_without_plus(AskedNumber& asked, const NumberParser& parser, const std::string& text, std::string_view region,
                       Plan plan, const Teller& teller) {
  const std::string digits = text::digits_of(text);
  const bool may_be_international = !digits.starts_with('0');
  const bool is_national_asked = plan != Plan::e164 || !may_be_international;
  Parsed national = std::unexpected(ParseError::not_a_number);
  if (is_national_asked) {
    national = parser.parse(text, region);
    teller.tell([&] { return reading_step("a number dialled in " + std::string(region), national); });
    if (national && is_international_prefix_dialled(digits, *national)) {
      teller.tell("An international prefix is in front of it, so there is no other reading.");
      add_reading(asked, parser, national, Reading::literal);
      return;
    }
  }
  Parsed international = std::unexpected(ParseError::not_a_number);
  if (plan != Plan::national && may_be_international) {
    international = parser.parse("+" + text, kRegionUnknown);
    teller.tell([&] { return reading_step("an international number without its plus", international); });
  }
  // Digits that are a local number of the region must not be taken for a merely possible one of another country.
  if (!national && national.error() == ParseError::local_only && international && !international->valid) {
    international = std::unexpected(ParseError::local_only);
  }
  const bool is_same = national && international && national->number == international->number;
  const bool is_international_better =
      international && (!national || (international->valid && !national->valid) || is_same);
  if (is_international_better) add_reading(asked, parser, international, Reading::international);
  add_reading(asked, parser, national, Reading::national);
  add_reading(asked, parser, international, Reading::international);
  if (!asked.readings.empty()) return;
  asked.unmatchable = Unmatchable::not_a_number;
  teller.tell("Neither reading is a matchable number.");
}

}  // namespace

AskedNumber read_asked_number(const NumberParser& parser, std::string_view text, std::string_view region, Plan plan,
                              const std::vector<DialRewrite>& rewrites, std::vector<std::string>* steps) {
  AskedNumber asked;
  // By far the most texts are clean E.164, and then all that is below comes to this.
  if (steps == nullptr && rewrite_for(text, rewrites) == nullptr) {
    if (const auto clean = parser.parse_clean_e164(text)) {
      const NumberFacts facts = parser.describe(*clean);
      asked.readings.push_back({{*clean, {}, facts.valid}, Reading::literal, facts});
      return asked;
    }
  }
  const Teller teller(steps);
  CallerId caller = read_caller_id(text);
  if (caller.kind == CallerId::Kind::withheld) {
    asked.unmatchable = Unmatchable::withheld;
    teller.tell("The caller's number is withheld or unavailable.");
    return asked;
  }
  if (caller.kind == CallerId::Kind::not_a_number) {
    asked.unmatchable = Unmatchable::not_a_number;
    teller.tell("The text holds no phone number.");
    return asked;
  }
  asked.extension = std::move(caller.extension);
  teller.tell([&] { return "The number in the text is " + caller.number_text + "."; });
  std::string number = rewrite_dialled(caller.number_text, rewrites);
  if (number != caller.number_text) teller.tell([&] { return "The dial plan turns it into " + number + "."; });
  const std::string digits = text::digits_of(number);
  if (number.starts_with("+0")) {
    // No calling code starts with 0: a phone system put the plus in front of a number as dialled.
    number.erase(0, 1);
    teller.tell("A plus before a zero means nothing and is dropped.");
  }
  if (number.starts_with('+')) {
    read_literal(asked, parser, number, region, teller);
  } else if (digits.size() <= kExtensionLengthMax && !is_whole_short_number(parser, number, region)) {
    asked.unmatchable = Unmatchable::extension;
    teller.tell("So few digits are an extension or a short code, and match nobody.");
  } else {
    read_without_plus(asked, parser, number, region, plan, teller);
  }
  if (asked.extension.empty() && !asked.readings.empty()) asked.extension = asked.readings[0].parsed.extension;
  return asked;
}

}  // namespace ringdex::telephony

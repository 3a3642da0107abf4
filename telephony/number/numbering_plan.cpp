#include "telephony/number/numbering_plan.h"

#include <phonenumbers/phonemetadata.pb.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using i18n::phonenumbers::NumberFormat;
using i18n::phonenumbers::PhoneMetadata;
using i18n::phonenumbers::PhoneNumberDesc;
using Match = DigitAutomatonBuilder::Match;
using Matches = std::vector<bool>;
using PatternId = DigitAutomatonBuilder::PatternId;

enum Type : std::uint8_t {
  kUnknown,
  kPremiumRate,
  kTollFree,
  kSharedCost,
  kVoip,
  kPersonal,
  kPager,
  kUan,
  kVoicemail,
  kFixedLine,
  kMobile,
  kFixedLineOrMobile,
};
constexpr std::array<std::string_view, 12> kTypeNames = {
    "unknown", "premium_rate", "toll_free", "shared_cost", "voip",   "personal",
    "pager",   "uan",          "voicemail", "fixed_line",  "mobile", "fixed_line_or_mobile"};

// PhoneNumberDesc: a pattern for the whole number, and the lengths that it may have.
struct Desc {
  std::optional<PatternId> pattern;  // nothing matches without
  std::uint32_t lengths = 0;         // bit n: n digits are possible; 0: any number of digits

  bool is_matched(const Matches& matches, std::size_t digits) const {
    return pattern && matches[*pattern] && (lengths == 0 || (lengths >> digits & 1U) != 0);
  }
};

struct Region {
  std::optional<PatternId> leading_digits;
  Desc any;
  std::array<Desc, kMobile + 1> types;  // by Type, kUnknown left out
  bool is_mobile_as_fixed = false;

  Type type_of(const Matches& matches, std::size_t digits) const {
    if (!any.is_matched(matches, digits)) return kUnknown;
    for (std::size_t type = kPremiumRate; type < kFixedLine; ++type) {
      if (types[type].is_matched(matches, digits)) return static_cast<Type>(type);
    }
    const bool is_mobile = !is_mobile_as_fixed && types[kMobile].is_matched(matches, digits);
    if (!types[kFixedLine].is_matched(matches, digits)) return is_mobile ? kMobile : kUnknown;
    return is_mobile || is_mobile_as_fixed ? kFixedLineOrMobile : kFixedLine;
  }
};

std::size_t group_count(const DigitPattern& pattern) {
  std::size_t count = pattern.kind == DigitPattern::Kind::group ? 1 : 0;
  for (const DigitPattern& part : pattern.parts) count += group_count(part);
  return count;
}

struct Format {
  std::optional<PatternId> leading_digits;
  PatternId whole = 0;
  const NumberFormat* source = nullptr;
};

}  // namespace

// Builds one plan, in one thread.
class PlanCompiler {
 public:
  explicit PlanCompiler(const std::vector<const PhoneMetadata*>& regions) : metadata_(regions) {}

  std::optional<NumberingPlan> compile() {
    if (metadata_.empty()) return std::nullopt;
    for (const PhoneMetadata* metadata : metadata_) add_region(*metadata);
    for (const NumberFormat& format : metadata_.front()->number_format()) add_format(format);
    if (!is_understood_) return std::nullopt;
    auto automaton = builder_.build(NumberingPlan::kDigitsMax, [this](const Matches& matches, std::size_t digits) {
      return row_of(matches, digits);
    });
    if (!automaton || !is_understood_ || plan_.rows_.size() > kRowsMax) return std::nullopt;
    plan_.automaton_ = *std::move(automaton);
    plan_.rows_.shrink_to_fit();
    plan_.forms_.shrink_to_fit();
    std::vector<std::string> names;
    for (const PhoneMetadata* metadata : metadata_) names.push_back(metadata->id());
    names.emplace_back();
    plan_.regions_ = std::make_unique<const std::vector<std::string>>(std::move(names));
    read_rules_of_parsing(*metadata_.front());
    return std::move(plan_);
  }

 private:
  static constexpr std::size_t kRowsMax = 0xFFFF;

  PatternId pattern(const std::string& text, Match match) {
    const auto id = builder_.add(text, match);
    is_understood_ = is_understood_ && id;
    return id.value_or(0);
  }

  // A length of -1 says that there are no such numbers; bit 0 stands for it, as no number has 0 digits.
  template <typename Lengths>
  static std::uint32_t length_bits(const Lengths& lengths) {
    std::uint32_t bits = 0;
    for (const int length : lengths) {
      const bool is_real = length > 0 && length <= static_cast<int>(NumberingPlan::kDigitsMax);
      bits |= is_real ? 1U << length : 1U;
    }
    return bits;
  }

  Desc desc(const PhoneNumberDesc& source) {
    Desc desc;
    desc.lengths = length_bits(source.possible_length());
    if (!source.national_number_pattern().empty() && desc.lengths != 1) {
      desc.pattern = pattern(source.national_number_pattern(), Match::whole);
    }
    return desc;
  }

  void add_region(const PhoneMetadata& source) {
    Region region;
    if (source.has_leading_digits()) region.leading_digits = pattern(source.leading_digits(), Match::prefix);
    region.any = desc(source.general_desc());
    region.types[kPremiumRate] = desc(source.premium_rate());
    region.types[kTollFree] = desc(source.toll_free());
    region.types[kSharedCost] = desc(source.shared_cost());
    region.types[kVoip] = desc(source.voip());
    region.types[kPersonal] = desc(source.personal_number());
    region.types[kPager] = desc(source.pager());
    region.types[kUan] = desc(source.uan());
    region.types[kVoicemail] = desc(source.voicemail());
    region.types[kFixedLine] = desc(source.fixed_line());
    region.types[kMobile] = desc(source.mobile());
    region.is_mobile_as_fixed = source.same_mobile_and_fixed_line_pattern();
    regions_.push_back(region);
  }

  void add_format(const NumberFormat& source) {
    Format format{.leading_digits = {}, .whole = pattern(source.pattern(), Match::whole), .source = &source};
    if (const int count = source.leading_digits_pattern_size(); count > 0) {
      // The last is the most detailed, and the only one that formatting looks at.
      format.leading_digits = pattern(source.leading_digits_pattern(count - 1), Match::prefix);
    }
    formats_.push_back(format);
  }

  void read_rules_of_parsing(const PhoneMetadata& main) {
    plan_.lengths_ = length_bits(main.general_desc().possible_length());
    plan_.local_lengths_ = length_bits(main.general_desc().possible_length_local_only());
    plan_.calling_code_ = std::to_string(main.country_code());
    auto& prefixes = plan_.prefixes_;
    const std::string& prefix = main.national_prefix_for_parsing();
    if (!prefix.empty()) prefixes.national = parse_digit_pattern(prefix);
    prefixes.international = parse_digit_pattern(main.international_prefix());
    prefixes.replacement = main.national_prefix_transform_rule();
    if (!prefixes.replacement.empty()) {
      // With two groups the first is a carrier, and the second says whether anything is to be replaced.
      const std::size_t groups = prefixes.national ? group_count(*prefixes.national) : 0;
      prefixes.replaced_group = std::min<std::size_t>(groups, 2);
    }
    const bool is_plain = prefixes.replacement.find_first_not_of("$0123456789") == std::string::npos;
    prefixes.is_understood = prefixes.national.has_value() == !prefix.empty() && is_plain && plan_.lengths_ > 1;
  }

  // A sole region has all numbers of its code. Else the first region that claims the number: by its leading digits if
  // it has such, by a known type if not. The place behind the last region is "no region".
  std::size_t region_of(const Matches& matches, std::size_t digits) const {
    if (regions_.size() == 1) return 0;
    const auto claims = [&](const Region& region) {
      return region.leading_digits ? static_cast<bool>(matches[*region.leading_digits])
                                   : region.type_of(matches, digits) != kUnknown;
    };
    return static_cast<std::size_t>(std::ranges::find_if(regions_, claims) - regions_.begin());
  }

  std::uint16_t form_of(const Matches& matches, std::size_t digits) {
    const auto applies = [&](const Format& format) {
      return matches[format.whole] && (!format.leading_digits || matches[*format.leading_digits]);
    };
    const auto format = std::ranges::find_if(formats_, applies);
    const auto [entry, is_new] = known_forms_.try_emplace({format - formats_.begin(), digits}, std::uint16_t{0});
    if (!is_new) return entry->second;
    auto form = format == formats_.end() ? bare_template(digits)
                                         : national_template(format->source->pattern(), format->source->format(),
                                                             format->source->national_prefix_formatting_rule(), digits);
    is_understood_ = is_understood_ && form && form->size() <= kNationalBytesMax;
    entry->second = static_cast<std::uint16_t>(plan_.forms_.size());
    plan_.forms_.push_back(std::move(form).value_or(""));
    return entry->second;
  }

  DigitAutomaton::Answer row_of(const Matches& matches, std::size_t digits) {
    const std::size_t region = region_of(matches, digits);
    const Type type = region < regions_.size() ? regions_[region].type_of(matches, digits) : kUnknown;
    const std::uint16_t form = form_of(matches, digits);
    const auto& general = regions_.front().any.pattern;
    const bool is_general = general && matches[*general];
    const auto [entry, is_new] = known_rows_.try_emplace({region, type, form, is_general},
                                                         static_cast<DigitAutomaton::Answer>(plan_.rows_.size()));
    if (is_new) {
      // A number is valid exactly if the pattern of some type matches it.
      plan_.rows_.push_back({static_cast<std::uint16_t>(region), form, type, type != kUnknown, is_general});
    }
    return entry->second;
  }

  const std::vector<const PhoneMetadata*>& metadata_;
  DigitAutomatonBuilder builder_;
  std::vector<Region> regions_;
  std::vector<Format> formats_;
  std::map<std::pair<std::ptrdiff_t, std::size_t>, std::uint16_t> known_forms_;
  std::map<std::tuple<std::size_t, Type, std::uint16_t, bool>, DigitAutomaton::Answer> known_rows_;
  NumberingPlan plan_;
  bool is_understood_ = true;
};

std::optional<NumberingPlan> NumberingPlan::compile(const std::vector<const PhoneMetadata*>& regions) {
  return PlanCompiler(regions).compile();
}

NumberFacts NumberingPlan::facts_of(std::string_view national) const {
  const Row& row = rows_[automaton_.answer(national)];
  NumberFacts facts;
  facts.region = (*regions_)[row.region];
  facts.type = kTypeNames[row.type];
  facts.valid = row.valid;
  fill_template(forms_[row.form], national, facts.national);
  return facts;
}

NumberingPlan::Length NumberingPlan::length_of(std::size_t digits) const {
  if (digits > kDigitsMax) return Length::too_long;
  const std::uint32_t bit = 1U << digits;
  if ((local_lengths_ & bit) != 0) return Length::local_only;
  if ((lengths_ & bit) != 0) return Length::possible;
  const std::uint32_t real = lengths_ & ~1U;
  if (bit < (real & (~real + 1))) return Length::too_short;
  return bit > real ? Length::too_long : Length::invalid;
}

// A number that the main region's general pattern knows stays one. Nothing if there would be too many digits.
std::optional<StaticText<NumberingPlan::kDigitsMax>> NumberingPlan::without_prefix(std::string_view national) const {
  using Digits = StaticText<kDigitsMax>;
  const auto match = prefixes_.national ? match_from_start(*prefixes_.national, national) : std::nullopt;
  if (!match) return Digits(national);
  StaticText<2 * kNationalBytesMax> rest;
  if (!match->groups[prefixes_.replaced_group].empty()) {
    const std::string& replacement = prefixes_.replacement;
    for (std::size_t at = 0; at < replacement.size() && rest.size() <= kDigitsMax; ++at) {
      if (replacement[at] != '$') {
        rest.push_back(replacement[at]);
      } else if (++at < replacement.size() && text::is_digit(replacement[at])) {
        rest.append(match->groups[static_cast<std::size_t>(replacement[at] - '0')]);
      }
    }
  }
  rest.append(national.substr(match->size));
  if (rest.size() > kDigitsMax) return std::nullopt;
  return is_general(national) && !is_general(rest) ? Digits(national) : Digits(std::string_view(rest));
}

std::optional<NationalDigits> NumberingPlan::read_after_code(std::string_view digits) const {
  constexpr std::size_t kDigitsMin = 2;
  constexpr std::size_t kParsedDigitsMax = 17;
  if (!prefixes_.is_understood || digits.size() < kDigitsMin || digits.size() > kParsedDigitsMax) return std::nullopt;
  const auto rest = without_prefix(digits);
  if (!rest) return std::nullopt;
  // A prefix comes off only if what is left is long enough.
  const Length length = length_of(rest->size());
  const bool is_taken = length == Length::possible || length == Length::too_long;
  NationalDigits national{.digits = is_taken ? *rest : StaticText<kDigitsMax>(digits)};
  if (national.digits.size() < kDigitsMin || national.digits.size() > kParsedDigitsMax) return std::nullopt;
  return national;
}

std::optional<NationalDigits> NumberingPlan::read_in_main_region(std::string_view digits) const {
  if (!prefixes_.is_understood || !prefixes_.international || digits.size() > kDigitsMax) return std::nullopt;
  if (match_from_start(*prefixes_.international, digits)) return std::nullopt;
  if (digits.starts_with(calling_code_)) {
    // The calling code itself may stand in front, without its plus.
    const auto behind_code = without_prefix(digits.substr(calling_code_.size()));
    if (!behind_code) return std::nullopt;
    const bool is_better = !is_general(digits) && is_general(*behind_code);
    if (is_better || length_of(digits.size()) == Length::too_long) return read_after_code(*behind_code);
  }
  auto national = read_after_code(digits);
  if (national) national->code_was_written = false;
  return national;
}

std::size_t NumberingPlan::bytes() const {
  return automaton_.bytes() + rows_.capacity() * sizeof(Row) + forms_.capacity() * sizeof(NationalTemplate);
}

}  // namespace ringdex::telephony

#include "telephony/ldap/ldap_filter.h"

#include <unicode/normalizer2.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

constexpr bool is_space(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r');
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char character) { return static_cast<unsigned char>(character) < 0x80; });
}

// NFKC with case folding; nothing if the text is not UTF-8.
std::optional<std::string> folded(std::string_view text) {
  if (!text::plain_text(text)) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) return std::nullopt;
  std::string result;
  const auto length = static_cast<std::int32_t>(text.size());
  icu::StringByteSink<std::string> sink(&result, length);
  normalizer->normalizeUTF8(0, {text.data(), length}, sink, nullptr, status);
  if (U_FAILURE(status)) return std::nullopt;
  return result;
}

// Where a text stands in the value that it is compared with.
struct Place {
  bool at_begin = true;
  bool at_end = true;
};

// Spaces as RFC 4518 section 2.6.1 has them: one at either end of the whole value, two for each run inside, so that a
// piece that ends with a space and the next that begins with one both find theirs in the same run.
void prepare_spaces(std::string_view text, Place place, std::string& prepared) {
  prepared.reserve(text.size() + 8);
  if (place.at_begin) prepared.push_back(' ');
  bool is_after_space = place.at_begin;
  bool has_letters = false;
  for (const char character : text) {
    if (is_space(character)) {
      if (!is_after_space) prepared.push_back(' ');
      is_after_space = true;
      continue;
    }
    if (is_after_space && has_letters) prepared.push_back(' ');
    prepared.push_back(text::to_ascii_lower(character));
    is_after_space = false;
    has_letters = true;
  }
  const bool is_blank_whole = place.at_begin && !has_letters;
  if (place.at_end && (!is_after_space || is_blank_whole)) prepared.push_back(' ');
}

// Nothing if the text is not UTF-8.
std::optional<std::string> prepared_text(std::string_view text, Place place) {
  std::optional<std::string> prepared(std::in_place);
  if (is_ascii(text)) {
    prepare_spaces(text, place, *prepared);
  } else if (const auto folded_text = folded(text)) {
    prepare_spaces(*folded_text, place, *prepared);
  } else {
    prepared.reset();
  }
  return prepared;
}

bool is_blank(std::string_view prepared) {
  return std::ranges::all_of(prepared, is_space);
}

Place place_of(const LdapAssertion& assertion, std::size_t piece) {
  return {piece == 0 && assertion.is_anchored, piece + 1 == assertion.pieces.size() && assertion.is_ended};
}

bool has_pieces(std::string_view value, const LdapAssertion& assertion, const std::vector<std::string>& pieces) {
  for (std::size_t at = 0; at < pieces.size(); ++at) {
    const Place place = place_of(assertion, at);
    const std::string& piece = pieces[at];
    if (place.at_begin && place.at_end) return value == piece;
    if (place.at_end) return value.ends_with(piece);
    const std::size_t found = value.find(piece);
    if (found == std::string_view::npos || (place.at_begin && found != 0)) return false;
    value.remove_prefix(found + piece.size());
  }
  return true;
}

bool is_equality(LdapFilterKind kind) {
  return kind == LdapFilterKind::equal || kind == LdapFilterKind::approx;
}

// Folded, with single spaces inside and none around; nothing if the text is not UTF-8.
std::optional<std::string> folded_name(std::string_view text) {
  auto name = prepared_text(text, {});
  if (!name) return name;
  const auto [last, end] =
      std::ranges::unique(*name, [](char left, char right) { return left == ' ' && right == ' '; });
  name->erase(last, end);
  return std::string(text::trimmed(*name));
}

LdapPlan for_everybody() {
  return {.numbers = {}, .names = {}, .everybody = true};
}

class Planner {
 public:
  Planner(const LdapFilter& filter, const LdapAttributeKindOf& kind_of) : filter_(filter), kind_of_(kind_of) {}

  LdapPlan plan_at(std::size_t at) const {
    const LdapFilterNode& node = filter_.nodes[at];
    if (node.is_leaf()) return plan_of_leaf(node);
    if (node.kind == LdapFilterKind::none_of) return for_everybody();
    const bool is_and = node.kind == LdapFilterKind::all_of;
    LdapPlan plan = is_and ? for_everybody() : LdapPlan{};
    for (std::size_t child = at + 1; child < node.end; child = filter_.nodes[child].end) {
      if (is_and) {
        LdapPlan other = plan_at(child);
        if (is_more_selective(other, plan)) plan = std::move(other);
      } else {
        add(plan, plan_at(child));
        if (plan.everybody) return plan;
      }
    }
    return plan;
  }

 private:
  LdapPlan plan_of_leaf(const LdapFilterNode& node) const {
    const LdapAttributeKind kind = kind_of_(node.assertion.attribute);
    if (kind == LdapAttributeKind::none || node.kind == LdapFilterKind::extensible) return {};
    const bool is_asked_by_text = is_equality(node.kind) || node.kind == LdapFilterKind::substrings;
    if (!is_asked_by_text || kind == LdapAttributeKind::other) return for_everybody();
    if (kind == LdapAttributeKind::name) return plan_of_name(node);
    std::string number = number_text_of(node);
    if (!number.empty()) return {.numbers = {std::move(number)}, .names = {}, .everybody = false};
    return is_equality(node.kind) ? LdapPlan{} : for_everybody();
  }

  static LdapPlan plan_of_name(const LdapFilterNode& node) {
    const LdapAssertion& assertion = node.assertion;
    const bool is_substrings = node.kind == LdapFilterKind::substrings;
    if (is_substrings && !assertion.is_anchored) return for_everybody();
    auto name = folded_name(is_substrings ? assertion.pieces.front() : assertion.value);
    if (!name) return {};
    if (!name->empty()) return {.numbers = {}, .names = {std::move(*name)}, .everybody = false};
    return is_substrings ? for_everybody() : LdapPlan{};
  }

  static void add(LdapPlan& plan, LdapPlan other) {
    const auto merge = [](std::vector<std::string>& texts, std::vector<std::string>& others) {
      for (std::string& text : others) {
        if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
      }
    };
    merge(plan.numbers, other.numbers);
    merge(plan.names, other.names);
    const bool is_too_much = plan.numbers.size() > kLdapPlanNumbersMax || plan.names.size() > kLdapPlanNamesMax;
    if (!plan.everybody && !other.everybody && !is_too_much) return;
    plan.everybody = true;
    plan.names.clear();
    plan.numbers.resize(std::min(plan.numbers.size(), kLdapPlanNumbersMax));
  }

  // Nothing before numbers, these before names, these before everybody. Of two of a sort: longer names, fewer texts.
  static bool is_more_selective(const LdapPlan& plan, const LdapPlan& than) {
    const auto rank = [](const LdapPlan& of) { return of.everybody ? 2 : of.names.empty() ? 0 : 1; };
    if (rank(plan) != rank(than)) return rank(plan) < rank(than);
    const auto shortest = [](const LdapPlan& of) {
      return of.names.empty() ? 0 : std::ranges::min(of.names, {}, &std::string::size).size();
    };
    if (shortest(plan) != shortest(than)) return shortest(plan) > shortest(than);
    return plan.numbers.size() + plan.names.size() < than.numbers.size() + than.names.size();
  }

  const LdapFilter& filter_;
  const LdapAttributeKindOf& kind_of_;
};

}  // namespace

LdapTextMatcher::LdapTextMatcher(const LdapFilter& filter) : filter_(&filter), prepared_(filter.nodes.size()) {
  for (std::size_t at = 0; at < filter.nodes.size(); ++at) {
    const LdapFilterNode& node = filter.nodes[at];
    const LdapAssertion& assertion = node.assertion;
    Prepared& prepared = prepared_[at];
    const auto prepare = [&prepared](std::string_view text, Place place) {
      auto prepared_one = prepared_text(text, place);
      if (prepared_one) prepared.texts.push_back(std::move(*prepared_one));
      return prepared_one.has_value();
    };
    switch (node.kind) {
      case LdapFilterKind::equal:
      case LdapFilterKind::approx:
        prepared.is_usable = prepare(assertion.value, {}) && !is_blank(prepared.texts.front());
        break;
      case LdapFilterKind::greater_or_equal:
      case LdapFilterKind::less_or_equal:
        prepared.is_usable = prepare(assertion.value, {});
        break;
      case LdapFilterKind::substrings:
        prepared.is_usable = true;
        for (std::size_t piece = 0; piece < assertion.pieces.size(); ++piece) {
          prepared.is_usable = prepared.is_usable && prepare(assertion.pieces[piece], place_of(assertion, piece));
        }
        break;
      case LdapFilterKind::present:
        prepared.is_usable = true;
        break;
      default:
        break;
    }
  }
}

LdapTruth LdapTextMatcher::matches(std::size_t node, std::string_view value) const {
  assert(node < prepared_.size());
  const Prepared& prepared = prepared_[node];
  if (!prepared.is_usable) return LdapTruth::undefined;
  const LdapFilterNode& asked = filter_->nodes[node];
  if (asked.kind == LdapFilterKind::present) return LdapTruth::yes;
  const auto text = prepared_text(value, {});
  if (!text) return LdapTruth::undefined;
  switch (asked.kind) {
    case LdapFilterKind::substrings:
      return truth_of(has_pieces(*text, asked.assertion, prepared.texts));
    case LdapFilterKind::greater_or_equal:
      return truth_of(*text >= prepared.texts.front());
    case LdapFilterKind::less_or_equal:
      return truth_of(*text <= prepared.texts.front());
    default:
      return truth_of(*text == prepared.texts.front());
  }
}

LdapPlan plan_for(const LdapFilter& filter, const LdapAttributeKindOf& kind_of) {
  return Planner(filter, kind_of).plan_at(0);
}

std::string number_text_of(const LdapFilterNode& leaf) {
  if (leaf.kind != LdapFilterKind::substrings) return std::string(leaf.assertion.value);
  std::string text;
  for (const std::string_view piece : leaf.assertion.pieces) text += piece;
  return text;
}

std::vector<LdapAskedNumber> asked_numbers_of(const LdapFilter& filter, const LdapAttributeKindOf& kind_of) {
  std::vector<LdapAskedNumber> asked;
  for (std::size_t at = 0; at < filter.nodes.size();) {
    const LdapFilterNode& node = filter.nodes[at];
    const bool is_asked_by_text = is_equality(node.kind) || node.kind == LdapFilterKind::substrings;
    if (is_asked_by_text && kind_of(node.assertion.attribute) == LdapAttributeKind::number) {
      asked.push_back({node.assertion.attribute, number_text_of(node)});
    }
    at = node.kind == LdapFilterKind::none_of ? node.end : at + 1;
  }
  return asked;
}

}  // namespace ringdex::telephony

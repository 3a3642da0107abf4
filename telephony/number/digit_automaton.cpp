#include "telephony/number/digit_automaton.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace ringdex::telephony {
namespace {

constexpr std::size_t kPlacesMax = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kStatesMax = std::numeric_limits<std::uint16_t>::max();

void append_all(std::vector<std::uint16_t>& to, const std::vector<std::uint16_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// A state's content as a key.
std::string key_of(const std::vector<std::uint16_t>& positions) {
  std::string key(positions.size() * sizeof(std::uint16_t), '\0');
  if (!positions.empty()) std::memcpy(key.data(), positions.data(), key.size());
  return key;
}

}  // namespace

std::optional<DigitAutomatonBuilder::PatternId> DigitAutomatonBuilder::add(std::string_view text, Match match) {
  auto& known = known_[match == Match::prefix ? 1 : 0];
  const std::string key(text);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const auto pattern = parse_digit_pattern(text);
  if (!pattern) return std::nullopt;
  const PatternId id = tails_.size();
  tails_.emplace_back();
  Fragment fragment = places_of(*pattern, id);
  if (match == Match::prefix) {
    const Position tail = add_place(DigitPattern::kAnyDigit, id);
    tails_[id] = tail;
    append(fragment, {.first = {tail}, .last = {tail}, .may_be_empty = true});
    append_all(places_[tail].next, {tail});
  }
  if (places_.size() >= kPlacesMax) return std::nullopt;
  for (const Position position : fragment.last) places_[position].is_end = true;
  append_all(starts_, fragment.first);
  known.emplace(key, id);
  return id;
}

DigitAutomatonBuilder::Position DigitAutomatonBuilder::add_place(std::uint16_t digits, PatternId pattern) {
  // Beyond the limit add() gives up, so the place is never looked at.
  if (places_.size() < kPlacesMax) places_.push_back({.digits = digits, .pattern = pattern, .next = {}});
  return static_cast<Position>(places_.size() - 1);
}

void DigitAutomatonBuilder::append(Fragment& before, const Fragment& after) {
  for (const Position position : before.last) append_all(places_[position].next, after.first);
  if (before.may_be_empty) append_all(before.first, after.first);
  if (!after.may_be_empty) before.last.clear();
  append_all(before.last, after.last);
  before.may_be_empty = before.may_be_empty && after.may_be_empty;
}

DigitAutomatonBuilder::Fragment DigitAutomatonBuilder::repeated(const DigitPattern& pattern, PatternId id) {
  const bool is_endless = pattern.at_most == DigitPattern::kUnbounded;
  const std::size_t copies = is_endless ? std::max<std::size_t>(pattern.at_least, 1) : pattern.at_most;
  Fragment whole;
  if (digit_count(pattern.parts.front()).at_most == 0) return whole;
  for (std::size_t copy = 0; copy < copies && places_.size() < kPlacesMax; ++copy) {
    Fragment once = places_of(pattern.parts.front(), id);
    if (is_endless && copy + 1 == copies) {
      for (const Position position : once.last) append_all(places_[position].next, once.first);
    }
    if (copy >= pattern.at_least) once.may_be_empty = true;
    append(whole, once);
  }
  return whole;
}

DigitAutomatonBuilder::Fragment DigitAutomatonBuilder::places_of(const DigitPattern& pattern, PatternId id) {
  switch (pattern.kind) {
    case DigitPattern::Kind::digit: {
      const Position place = add_place(pattern.digits, id);
      return {.first = {place}, .last = {place}, .may_be_empty = false};
    }
    case DigitPattern::Kind::group:
      return places_of(pattern.parts.front(), id);
    case DigitPattern::Kind::repeat:
      return repeated(pattern, id);
    case DigitPattern::Kind::sequence: {
      Fragment whole;
      for (const DigitPattern& part : pattern.parts) append(whole, places_of(part, id));
      return whole;
    }
    case DigitPattern::Kind::choice:
      break;
  }
  Fragment whole{.first = {}, .last = {}, .may_be_empty = false};
  for (const DigitPattern& part : pattern.parts) {
    const Fragment one = places_of(part, id);
    append_all(whole.first, one.first);
    append_all(whole.last, one.last);
    whole.may_be_empty = whole.may_be_empty || one.may_be_empty;
  }
  return whole;
}

// Sorted and without repeats; of a prefix that has matched only its tail is kept, as no more can be learnt of it.
void DigitAutomatonBuilder::normalise(Positions& positions) const {
  const std::size_t entered = positions.size();
  for (std::size_t at = 0; at < entered; ++at) {
    const Place& place = places_[positions[at]];
    if (place.is_end && tails_[place.pattern]) positions.push_back(*tails_[place.pattern]);
  }
  std::ranges::sort(positions);
  positions.erase(std::ranges::unique(positions).begin(), positions.end());
  // A pattern's tail is its last place, and the places of one pattern stand together.
  std::size_t kept = positions.size();
  for (std::size_t at = positions.size(); at-- > 0;) {
    const PatternId pattern = places_[positions[at]].pattern;
    const bool is_known =
        kept < positions.size() && places_[positions[kept]].pattern == pattern && tails_[pattern] == positions[kept];
    if (!is_known) positions[--kept] = positions[at];
  }
  positions.erase(positions.begin(), positions.begin() + static_cast<std::ptrdiff_t>(kept));
}

DigitAutomatonBuilder::NextStates DigitAutomatonBuilder::next_states(const Positions& state, NextLayer& layer) const {
  auto& by_digit = layer.by_digit;
  for (Positions& positions : by_digit) positions.clear();
  const auto enter = [&](Position position) {
    for (unsigned digits = places_[position].digits; digits != 0; digits &= digits - 1) {
      by_digit[static_cast<std::size_t>(std::countr_zero(digits))].push_back(position);
    }
  };
  for (const Position position : state) std::ranges::for_each(places_[position].next, enter);
  NextStates next{};
  for (std::size_t digit = 0; digit < by_digit.size(); ++digit) {
    // Most digits lead where an earlier one leads.
    const auto before = by_digit.begin() + static_cast<std::ptrdiff_t>(digit);
    const auto same = std::find(by_digit.begin(), before, by_digit[digit]);
    if (same != before) {
      next[digit] = next[static_cast<std::size_t>(same - by_digit.begin())];
      continue;
    }
    layer.normal = by_digit[digit];
    normalise(layer.normal);
    const auto [entry, is_new] = layer.known.try_emplace(key_of(layer.normal), layer.states.size());
    next[digit] = entry->second;
    if (is_new) layer.states.push_back(layer.normal);
  }
  return next;
}

std::vector<bool> DigitAutomatonBuilder::matches_of(const Positions& state) const {
  std::vector<bool> matches(tails_.size());
  for (const Position position : state) {
    if (places_[position].is_end) matches[places_[position].pattern] = true;
  }
  return matches;
}

// The states stand in layers, one for each number of digits, so that a state knows how many digits led to it.
std::optional<DigitAutomaton> DigitAutomatonBuilder::build(std::size_t digits_max, const AnswerOf& answer_of) const {
  // The start is a place of its own, from which every pattern is entered.
  DigitAutomatonBuilder with_start = *this;
  with_start.places_.push_back({.digits = 0, .pattern = tails_.size(), .next = starts_});
  with_start.tails_.emplace_back();
  std::vector<Layer> layers(1);
  layers[0].states = {{static_cast<Position>(with_start.places_.size() - 1)}};
  for (std::size_t digits = 0; digits < digits_max; ++digits) {
    NextLayer following;
    for (const Positions& state : layers[digits].states) {
      layers[digits].next.push_back(with_start.next_states(state, following));
    }
    if (following.states.size() > kStatesMax) return std::nullopt;
    layers.push_back({.states = std::move(following.states), .next = {}});
  }
  return with_start.merged(layers, answer_of);
}

// From the last layer to the first, equal states become one.
std::optional<DigitAutomaton> DigitAutomatonBuilder::merged(const std::vector<Layer>& layers,
                                                            const AnswerOf& answer_of) const {
  std::vector<DigitAutomaton::State> states;
  std::vector<std::uint16_t> after;
  for (std::size_t digits = layers.size(); digits-- > 0;) {
    const Layer& layer = layers[digits];
    std::unordered_map<std::string, std::uint16_t> known;
    std::vector<std::uint16_t> places;
    for (std::size_t at = 0; at < layer.states.size(); ++at) {
      DigitAutomaton::State state;
      state.answer = answer_of(matches_of(layer.states[at]), digits);
      if (!layer.next.empty()) {
        std::ranges::transform(layer.next[at], state.next.begin(), [&](std::uint32_t to) { return after[to]; });
      }
      const std::string key(reinterpret_cast<const char*>(&state), sizeof(state));
      const auto [entry, is_new] = known.try_emplace(key, static_cast<std::uint16_t>(states.size()));
      if (is_new) states.push_back(state);
      if (states.size() >= kStatesMax) return std::nullopt;
      places.push_back(entry->second);
    }
    after = std::move(places);
  }
  // The start was made last and is to be first.
  const std::size_t last = states.size() - 1;
  for (DigitAutomaton::State& state : states) {
    for (std::uint16_t& to : state.next) to = static_cast<std::uint16_t>(last - to);
  }
  std::ranges::reverse(states);
  states.shrink_to_fit();
  DigitAutomaton automaton;
  automaton.states_ = std::move(states);
  return automaton;
}

}  // namespace ringdex::telephony

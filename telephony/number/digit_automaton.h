#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telephony/number/digit_pattern.h"

namespace ringdex::telephony {

// Answers for a string of digits with one step a digit. Immutable, so safe from any thread.
class DigitAutomaton {
 public:
  using Answer = std::uint16_t;

  // `digits` are ASCII digits, not more than the `digits_max` that the automaton was built for.
  Answer answer(std::string_view digits) const {
    std::size_t state = 0;
    for (const char digit : digits) state = states_[state].next[static_cast<std::size_t>(digit - '0')];
    return states_[state].answer;
  }
  std::size_t bytes() const { return states_.capacity() * sizeof(State); }

 private:
  friend class DigitAutomatonBuilder;
  struct State {
    std::array<std::uint16_t, 10> next{};
    Answer answer = 0;
    bool operator==(const State&) const = default;
  };
  std::vector<State> states_;  // the first is the start
};

// Makes one automaton of many patterns: their positions become sets of positions, one for each way that digits can
// begin, and states that give the same answers are merged. One thread, one build.
class DigitAutomatonBuilder {
 public:
  using PatternId = std::size_t;
  enum class Match {
    whole,   // the pattern matches all digits
    prefix,  // the pattern matches the digits from their start, and others may follow
  };
  // Which patterns match, by their id, and the number of digits.
  using AnswerOf = std::function<DigitAutomaton::Answer(const std::vector<bool>& matches, std::size_t digits)>;

  // The same pattern added twice has one id. Nothing if the pattern is not understood.
  std::optional<PatternId> add(std::string_view pattern, Match match);

  // For strings of up to `digits_max` digits. Nothing if there are too many states.
  std::optional<DigitAutomaton> build(std::size_t digits_max, const AnswerOf& answer_of) const;

 private:
  using Position = std::uint16_t;
  using Positions = std::vector<Position>;

  // One place of a pattern where a digit is taken.
  struct Place {
    std::uint16_t digits = 0;
    PatternId pattern = 0;
    bool is_end = false;  // the pattern may end here
    Positions next;
  };
  struct Fragment {
    Positions first;
    Positions last;
    bool may_be_empty = true;
  };
  using NextStates = std::array<std::uint32_t, 10>;  // by digit: places in the next layer
  struct Layer {
    std::vector<Positions> states;
    std::vector<NextStates> next;  // empty in the last layer
  };
  struct NextLayer {
    std::vector<Positions> states;
    std::unordered_map<std::string, std::uint32_t> known;
    // Kept from state to state to save allocations.
    std::array<Positions, 10> by_digit;
    Positions normal;
  };

  Position add_place(std::uint16_t digits, PatternId pattern);
  Fragment places_of(const DigitPattern& pattern, PatternId id);
  Fragment repeated(const DigitPattern& pattern, PatternId id);
  void append(Fragment& before, const Fragment& after);
  void normalise(Positions& positions) const;
  NextStates next_states(const Positions& state, NextLayer& layer) const;
  std::optional<DigitAutomaton> merged(const std::vector<Layer>& layers, const AnswerOf& answer_of) const;
  std::vector<bool> matches_of(const Positions& state) const;

  std::vector<Place> places_;
  Positions starts_;
  std::vector<std::optional<Position>> tails_;  // by pattern: of a prefix, the place that takes whatever follows
  std::unordered_map<std::string, PatternId> known_[2];
};

}  // namespace ringdex::telephony

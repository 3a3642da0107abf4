#include "server/lookup/remembered_picks.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace ringdex::server {

using index::NumberPick;
using index::NumberPicks;

const NumberPicks* RememberedPicks::look(std::string_view account, telephony::PhoneNumber number) const {
  const auto numbers = accounts_.find(account);
  if (numbers == accounts_.end()) return nullptr;
  const auto picks = numbers->second.find(number.packed());
  return picks == numbers->second.end() ? nullptr : &picks->second;
}

std::optional<NumberPick> RememberedPicks::find(std::string_view account, telephony::PhoneNumber number,
                                                const PickMemory& memory, std::string_view line, std::string_view agent,
                                                index::TimePoint now) const {
  const std::shared_lock lock(mutex_);
  const NumberPicks* picks = look(account, number);
  if (picks == nullptr) return std::nullopt;
  const auto counts = [&](const NumberPick& pick) {
    if (now - pick.at > memory.age_max) return false;
    switch (memory.scope) {
      case PickScope::account:
        return true;
      case PickScope::called_line:
        return !line.empty() && pick.line == line;
      case PickScope::agent:
        return !agent.empty() && pick.agent == agent;
    }
    return false;
  };
  const auto found = std::find_if(picks->rbegin(), picks->rend(), counts);
  if (found == picks->rend()) return std::nullopt;
  return *found;
}

bool RememberedPicks::has(std::string_view account, telephony::PhoneNumber number) const {
  const std::shared_lock lock(mutex_);
  return look(account, number) != nullptr;
}

NumberPicks RememberedPicks::of(std::string_view account, telephony::PhoneNumber number) const {
  const std::shared_lock lock(mutex_);
  const NumberPicks* picks = look(account, number);
  return picks == nullptr ? NumberPicks() : *picks;
}

void RememberedPicks::set(std::string_view account, telephony::PhoneNumber number, NumberPicks picks) {
  const std::unique_lock lock(mutex_);
  Numbers& numbers = accounts_[std::string(account)];
  if (picks.empty()) {
    numbers.erase(number.packed());
  } else {
    numbers.insert_or_assign(number.packed(), std::move(picks));
  }
}

void RememberedPicks::forget_before(std::string_view account, index::TimePoint before) {
  std::vector<std::uint64_t> old;
  {
    const std::shared_lock lock(mutex_);
    const auto numbers = accounts_.find(account);
    if (numbers == accounts_.end()) return;
    for (const auto& [number, picks] : numbers->second) {
      if (picks.back().at < before) old.push_back(number);
    }
  }
  for (const std::uint64_t number : old) {
    const std::unique_lock lock(mutex_);
    const auto numbers = accounts_.find(account);
    if (numbers == accounts_.end()) return;
    const auto found = numbers->second.find(number);
    // There may be a new one by now.
    if (found != numbers->second.end() && found->second.back().at < before) numbers->second.erase(found);
  }
}

NumberPicks with_pick(NumberPicks picks, NumberPick pick) {
  if (picks.size() >= RememberedPicks::kPicksPerNumberMax) picks.erase(picks.begin());
  picks.push_back(std::move(pick));
  return picks;
}

NumberPicks without_pick(NumberPicks picks, std::string_view call_id, index::TimePoint at) {
  std::erase_if(picks, [&](const NumberPick& pick) { return pick.call_id == call_id && pick.at == at; });
  return picks;
}

}  // namespace ringdex::server

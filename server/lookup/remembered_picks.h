#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "index/calls/call.h"
#include "telephony/text/enum_names.h"

namespace ringdex::server {

// For whom an agent's correction counts: the whole account, the line that was called, or the agent.
enum class PickScope { account, called_line, agent };
inline constexpr auto kPickScopeNames = text::enum_names<PickScope>(
    {{PickScope::account, "account"}, {PickScope::called_line, "called_line"}, {PickScope::agent, "agent"}});
constexpr std::optional<PickScope> pick_scope_from(std::string_view name) {
  return kPickScopeNames.value_of(name);
}

// How long and for whom picks of the past decide (rule `picked`).
struct PickMemory {
  PickScope scope = PickScope::account;
  std::chrono::milliseconds age_max{};
};

// What agents chose for each number, in memory, since every ring asks. The journal keeps it over a restart. Any thread
// may call.
class RememberedPicks {
 public:
  // Beyond this the oldest of a number are forgotten.
  static constexpr std::size_t kPicksPerNumberMax = 64;

  // The last pick that counts for a call on that line at that agent; `number` is canonical.
  std::optional<index::NumberPick> find(std::string_view account, telephony::PhoneNumber number,
                                        const PickMemory& memory, std::string_view line, std::string_view agent,
                                        index::TimePoint now) const;

  bool has(std::string_view account, telephony::PhoneNumber number) const;
  index::NumberPicks of(std::string_view account, telephony::PhoneNumber number) const;
  void set(std::string_view account, telephony::PhoneNumber number, index::NumberPicks picks);
  // In short steps, since lookups wait for each.
  void forget_before(std::string_view account, index::TimePoint before);

 private:
  using Numbers = std::unordered_map<std::uint64_t, index::NumberPicks>;
  const index::NumberPicks* look(std::string_view account, telephony::PhoneNumber number) const;  // under mutex_

  mutable std::shared_mutex mutex_;
  std::map<std::string, Numbers, std::less<>> accounts_;  // under mutex_
};

// The picks with this one at the end.
index::NumberPicks with_pick(index::NumberPicks picks, index::NumberPick pick);
// The picks without the one that was made for that call at that time.
index::NumberPicks without_pick(index::NumberPicks picks, std::string_view call_id, index::TimePoint at);

}  // namespace ringdex::server

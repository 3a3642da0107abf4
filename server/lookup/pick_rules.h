#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/calls/call.h"
#include "index/table/card.h"
#include "server/lookup/lookup_answer.h"
#include "telephony/text/enum_names.h"

namespace ringdex::server {

// Design section 4. Every order ends at first_indexed_at, then id, so it is total and two equal lookups never differ.
// `about` is no setting: it stands in front for a call that was started from a record.
enum class PickRule { about, picked, contact_before_lead, primary_phone, source_order, latest_updated, oldest };
inline constexpr auto kPickRuleNames =
    text::enum_names<PickRule>({{PickRule::about, "about"},
                                {PickRule::picked, "picked"},
                                {PickRule::contact_before_lead, "contact_before_lead"},
                                {PickRule::primary_phone, "primary_phone"},
                                {PickRule::source_order, "source_order"},
                                {PickRule::latest_updated, "latest_updated"},
                                {PickRule::oldest, "oldest"}});
constexpr std::string_view to_string(PickRule value) {
  return kPickRuleNames.name_of(value);
}
// Of a setting.
std::optional<PickRule> pick_rule_from(std::string_view name);

// Whether the card is one of that record. Allocates nothing.
bool is_card_of(const index::Card& card, const index::RecordId& id);

// A record that comes before all others by a rule that names it.
struct PreferredRecord {
  index::RecordId record;
  std::string because;
};

PreferredRecord preferred_by(const index::NumberPick& pick);

struct PickContext {
  std::vector<PickRule> rules;
  std::vector<std::string> source_order;  // best first; a source that is not named comes last
  std::optional<PreferredRecord> about;
  std::optional<PreferredRecord> picked;
  bool has(PickRule rule) const;
};

// What one rule says of two cards for one number: less means that `left` comes first. Pure.
std::strong_ordering compare_by(PickRule rule, const index::Card& left, const index::Card& right,
                                const PickContext& context);

// The whole order. Pure.
std::strong_ordering compare(const index::Card& left, const index::Card& right, const PickContext& context);

// Which rule put `winner` before `runner_up`, and why in words.
PickReason reason_for(const index::Card& winner, const index::Card& runner_up, const PickContext& context);

}  // namespace ringdex::server

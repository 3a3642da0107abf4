#include "server/lookup/pick_rules.h"

#include <fmt/core.h>

#include <algorithm>

#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

std::size_t place_of(std::string_view source, const std::vector<std::string>& order) {
  return static_cast<std::size_t>(std::ranges::find(order, source) - order.begin());
}

// Milliseconds since 1970, or the smallest value without an update time.
index::TimePoint updated(const index::Card& card) {
  return card.updated_at.value_or(index::TimePoint::min());
}

bool is_preferred(const index::Card& card, const std::optional<PreferredRecord>& preferred) {
  return preferred && is_card_of(card, preferred->record);
}

std::string because(PickRule rule, const index::Card& winner, const index::Card& runner_up,
                    const PickContext& context) {
  switch (rule) {
    case PickRule::about:
      return context.about->because;
    case PickRule::picked:
      return context.picked->because;
    case PickRule::contact_before_lead:
      return fmt::format("it is a {}, the next one a {}", to_string(winner.kind), to_string(runner_up.kind));
    case PickRule::primary_phone:
      return "the number is its first one, and a further one of the next";
    case PickRule::source_order:
      return fmt::format("its source {} comes before {}", winner.source, runner_up.source);
    case PickRule::latest_updated:
      return fmt::format("it was updated last, at {}", text::format_iso_seconds(updated(winner)));
    case PickRule::oldest:
      return fmt::format("it was indexed here first, at {}", text::format_iso_seconds(winner.first_indexed_at));
  }
  return "";
}

}  // namespace

bool is_card_of(const index::Card& card, const index::RecordId& id) {
  return card.source == id.source && card.kind == id.kind && card.external_id == id.external_id;
}

PreferredRecord preferred_by(const index::NumberPick& pick) {
  return {pick.record, fmt::format("{} picked it for this number at {}",
                                   pick.agent.empty() ? std::string_view("an agent") : std::string_view(pick.agent),
                                   text::format_iso_seconds(pick.at))};
}

bool PickContext::has(PickRule rule) const {
  return std::ranges::find(rules, rule) != rules.end();
}

std::optional<PickRule> pick_rule_from(std::string_view name) {
  const auto rule = kPickRuleNames.value_of(name);
  return rule == PickRule::about ? std::nullopt : rule;
}

std::strong_ordering compare_by(PickRule rule, const index::Card& left, const index::Card& right,
                                const PickContext& context) {
  switch (rule) {
    case PickRule::about:
      return is_preferred(right, context.about) <=> is_preferred(left, context.about);
    case PickRule::picked:
      return is_preferred(right, context.picked) <=> is_preferred(left, context.picked);
    case PickRule::contact_before_lead:
      return left.kind <=> right.kind;
    case PickRule::primary_phone:
      return right.primary_phone <=> left.primary_phone;
    case PickRule::source_order:
      return place_of(left.source, context.source_order) <=> place_of(right.source, context.source_order);
    case PickRule::latest_updated:
      return updated(right) <=> updated(left);
    case PickRule::oldest:
      return left.first_indexed_at <=> right.first_indexed_at;
  }
  return std::strong_ordering::equal;
}

std::strong_ordering compare(const index::Card& left, const index::Card& right, const PickContext& context) {
  for (PickRule rule : context.rules) {
    if (const auto order = compare_by(rule, left, right, context); order != 0) return order;
  }
  if (const auto order = left.first_indexed_at <=> right.first_indexed_at; order != 0) return order;
  return compare_ids(left, right);
}

PickReason reason_for(const index::Card& winner, const index::Card& runner_up, const PickContext& context) {
  for (PickRule rule : context.rules) {
    if (compare_by(rule, winner, runner_up, context) < 0) {
      return {to_string(rule), because(rule, winner, runner_up, context)};
    }
  }
  if (winner.first_indexed_at < runner_up.first_indexed_at) {
    return {"first_indexed_at", because(PickRule::oldest, winner, runner_up, context)};
  }
  return {"id", "both were indexed here at the same moment, and its id sorts first"};
}

}  // namespace ringdex::server

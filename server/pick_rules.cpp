#include "server/pick_rules.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "telephony/number_variants.h"

namespace ringdex::server {
namespace {

constexpr PickRule kRules[] = {PickRule::contact_before_lead, PickRule::primary_phone, PickRule::source_order,
                               PickRule::latest_updated, PickRule::oldest};

bool is_primary(const index::Record& record, telephony::PhoneNumber number) {
  const auto first = std::ranges::find_if(record.phones, [](const auto& phone) { return phone.number.has_value(); });
  return first != record.phones.end() && telephony::canonical(*first->number) == number;
}

std::size_t place_of(const std::string& source, const std::vector<std::string>& order) {
  return static_cast<std::size_t>(std::ranges::find(order, source) - order.begin());
}

// Milliseconds since 1970, or the smallest value without an update time.
index::TimePoint updated(const index::Record& record) {
  return record.updated_at.value_or(index::TimePoint::min());
}

std::string day(index::TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string because(PickRule rule, const index::Record& winner, const index::Record& runner_up) {
  switch (rule) {
    case PickRule::contact_before_lead:
      return fmt::format("it is a {}, the next one a {}", to_string(winner.id.kind), to_string(runner_up.id.kind));
    case PickRule::primary_phone:
      return "the number is its first one, and a further one of the next";
    case PickRule::source_order:
      return fmt::format("its source {} comes before {}", winner.id.source, runner_up.id.source);
    case PickRule::latest_updated:
      return fmt::format("it was updated last, at {}", day(updated(winner)));
    case PickRule::oldest:
      return fmt::format("it was indexed here first, at {}", day(winner.first_indexed_at));
  }
  return "";
}

}  // namespace

std::string_view to_string(PickRule rule) {
  switch (rule) {
    case PickRule::contact_before_lead:
      return "contact_before_lead";
    case PickRule::primary_phone:
      return "primary_phone";
    case PickRule::source_order:
      return "source_order";
    case PickRule::latest_updated:
      return "latest_updated";
    case PickRule::oldest:
      return "oldest";
  }
  return "oldest";
}

std::optional<PickRule> pick_rule_from(std::string_view name) {
  for (PickRule rule : kRules) {
    if (name == to_string(rule)) return rule;
  }
  return std::nullopt;
}

std::strong_ordering compare_by(PickRule rule, const index::Record& left, const index::Record& right,
                                telephony::PhoneNumber number, const PickContext& context) {
  switch (rule) {
    case PickRule::contact_before_lead:
      return left.id.kind <=> right.id.kind;
    case PickRule::primary_phone:
      return is_primary(right, number) <=> is_primary(left, number);
    case PickRule::source_order:
      return place_of(left.id.source, context.source_order) <=> place_of(right.id.source, context.source_order);
    case PickRule::latest_updated:
      return updated(right) <=> updated(left);
    case PickRule::oldest:
      return left.first_indexed_at <=> right.first_indexed_at;
  }
  return std::strong_ordering::equal;
}

std::strong_ordering compare(const index::Record& left, const index::Record& right, telephony::PhoneNumber number,
                             const PickContext& context) {
  for (PickRule rule : context.rules) {
    if (const auto order = compare_by(rule, left, right, number, context); order != 0) return order;
  }
  if (const auto order = left.first_indexed_at <=> right.first_indexed_at; order != 0) return order;
  return left.id <=> right.id;
}

PickReason reason_for(const index::Record& winner, const index::Record& runner_up, telephony::PhoneNumber number,
                      const PickContext& context) {
  for (PickRule rule : context.rules) {
    if (compare_by(rule, winner, runner_up, number, context) < 0) {
      return {std::string(to_string(rule)), because(rule, winner, runner_up)};
    }
  }
  if (winner.first_indexed_at < runner_up.first_indexed_at) {
    return {"first_indexed_at", because(PickRule::oldest, winner, runner_up)};
  }
  return {"id", "both were indexed here at the same moment, and its id sorts first"};
}

}  // namespace ringdex::server

#include "index/records/change_counts.h"

#include <algorithm>

#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

namespace ringdex::index {
namespace {

// By their names, as they are written.
constexpr ChangeCause kCauses[] = {ChangeCause::live, ChangeCause::resync, ChangeCause::sync, ChangeCause::webhook};

constexpr std::pair<const char*, std::uint64_t ChangeCounts::*> kChangeCounters[] = {
    {"added", &ChangeCounts::added},
    {"deleted", &ChangeCounts::deleted},
    {"merged", &ChangeCounts::merged},
    {"skipped", &ChangeCounts::skipped},
    {"updated", &ChangeCounts::updated}};

}  // namespace

EventChanges event_changes(const ApplyResult& result) {
  return {.added = result.added,
          .updated = result.updated,
          .deleted = result.deleted,
          .merged = result.merged,
          .renamed = result.renamed};
}

std::string_view skip_reason(const ApplyResult& result) {
  if (result.stale > 0) return "the source showed a form older than what is known here";
  if (result.over_limit > 0) return "skipped: the source's record limit is reached";
  if (!result.nameless.empty()) return "skipped: neither name nor organization";
  return "";
}

ChangeCounts& ChangeCounts::operator+=(const ChangeCounts& other) {
  for (const auto& [name, member] : kChangeCounters) this->*member += other.*member;
  return *this;
}

ChangeCounts change_counts(const ApplyResult& result) {
  return {.added = result.added,
          .updated = result.updated + result.renamed,
          .deleted = result.deleted,
          .merged = result.merged,
          .skipped = result.nameless.size() + result.over_limit};
}

CountsByCause& operator+=(CountsByCause& to, const CountsByCause& from) {
  for (const auto& [cause, counts] : from) to[cause] += counts;
  return to;
}

std::uint64_t counting_period(TimePoint at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch() / kCountingPeriod, 0));
}

std::string encode_counts(const CountsByCause& counts) {
  std::string bytes;
  text::JsonWriter out(bytes);
  out.open('{');
  for (const ChangeCause cause : kCauses) {
    const auto found = counts.find(cause);
    if (found == counts.end() || found->second == ChangeCounts()) continue;
    out.key(to_string(cause)).open('{');
    for (const auto& [name, member] : kChangeCounters) {
      if (found->second.*member != 0) out.member(name, found->second.*member);
    }
    out.close('}');
  }
  out.close('}');
  return bytes;
}

std::optional<CountsByCause> decode_counts(std::string_view bytes) {
  const auto in = text::JsonDocument::parse(bytes);
  if (!in || !in->root().is_object()) return std::nullopt;
  CountsByCause counts;
  for (const ChangeCause cause : kCauses) {
    const text::JsonView of_cause = (*in)[to_string(cause)];
    for (const auto& [name, member] : kChangeCounters) {
      if (const auto value = of_cause[name].natural()) counts[cause].*member = *value;
    }
  }
  return counts;
}

}  // namespace ringdex::index

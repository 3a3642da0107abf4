#include "index/records/change_counts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ringdex::index {
namespace {

using nlohmann::json;

constexpr ChangeCause kCauses[] = {ChangeCause::sync, ChangeCause::webhook, ChangeCause::resync, ChangeCause::live};

constexpr std::pair<const char*, std::uint64_t ChangeCounts::*> kCounters[] = {{"added", &ChangeCounts::added},
                                                                               {"updated", &ChangeCounts::updated},
                                                                               {"deleted", &ChangeCounts::deleted},
                                                                               {"merged", &ChangeCounts::merged},
                                                                               {"skipped", &ChangeCounts::skipped}};

}  // namespace

std::string_view to_string(ChangeCause cause) {
  switch (cause) {
    case ChangeCause::sync:
      return "sync";
    case ChangeCause::webhook:
      return "webhook";
    case ChangeCause::resync:
      return "resync";
    case ChangeCause::live:
      return "live";
  }
  return "sync";
}

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
  for (const auto& [name, member] : kCounters) this->*member += other.*member;
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
  json out = json::object();
  for (const auto& [cause, one] : counts) {
    for (const auto& [name, member] : kCounters) {
      if (one.*member != 0) out[std::string(to_string(cause))][name] = one.*member;
    }
  }
  return out.dump();
}

std::optional<CountsByCause> decode_counts(std::string_view bytes) {
  const json in = json::parse(bytes, nullptr, false);
  if (!in.is_object()) return std::nullopt;
  CountsByCause counts;
  for (const ChangeCause cause : kCauses) {
    const auto found = in.find(to_string(cause));
    if (found == in.end() || !found->is_object()) continue;
    for (const auto& [name, member] : kCounters) {
      const auto value = found->find(name);
      if (value != found->end() && value->is_number_unsigned()) counts[cause].*member = value->get<std::uint64_t>();
    }
  }
  return counts;
}

}  // namespace ringdex::index

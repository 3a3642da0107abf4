#include "server/metrics/metrics.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace ringdex::server {
namespace {

void family(std::string& out, const char* name, const char* type, const char* help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void single(std::string& out, const char* name, const char* type, const char* help, std::uint64_t value) {
  family(out, name, type, help);
  fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

}  // namespace

void Metrics::lookup_answered(Client asker, const LookupAnswer& answer, std::chrono::nanoseconds took) {
  ++lookups_[static_cast<std::size_t>(asker)][static_cast<std::size_t>(answer.match)];
  if (answer.unmatchable) ++unmatchable_;
  const auto microseconds = static_cast<std::uint64_t>(took.count()) / 1000;
  const auto bucket = std::ranges::lower_bound(kBucketsMicroseconds, microseconds) - kBucketsMicroseconds.begin();
  ++buckets_[static_cast<std::size_t>(bucket)];
  lookup_nanoseconds_ += static_cast<std::uint64_t>(took.count());
}

std::string Metrics::text() const {
  std::string out;
  const auto append = [&out]<typename... Args>(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  };
  family(out, "ringdex_lookups_total", "counter", "Lookups answered, by the way they came and match.");
  for (std::size_t asker = 0; asker < kAskers; ++asker) {
    for (const Match match : {Match::none, Match::one, Match::many}) {
      append("ringdex_lookups_total{{by=\"{}\",match=\"{}\"}} {}\n", to_string(static_cast<Client>(asker)),
             to_string(match), lookups_[asker][static_cast<std::size_t>(match)].load());
    }
  }
  single(out, "ringdex_lookups_unmatchable_total", "counter", "Lookups of withheld, own, short or broken numbers.",
         unmatchable_);
  single(out, "ringdex_lookup_failures_total", "counter", "Lookups that could not be answered.", lookup_failures_);
  family(out, "ringdex_lookup_seconds", "histogram", "Time from the parsed request to the answer.");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i];
    if (i < kBucketsMicroseconds.size()) {
      append("ringdex_lookup_seconds_bucket{{le=\"{}\"}} {}\n", static_cast<double>(kBucketsMicroseconds[i]) / 1e6,
             below);
    } else {
      append("ringdex_lookup_seconds_bucket{{le=\"+Inf\"}} {}\n", below);
    }
  }
  append("ringdex_lookup_seconds_sum {}\n", static_cast<double>(lookup_nanoseconds_.load()) / 1e9);
  append("ringdex_lookup_seconds_count {}\n", below);
  family(out, "ringdex_live_lookups_total", "counter", "Unknown numbers that a ring waited for the CRMs with.");
  for (const auto& [outcome, name] : kLiveOutcomeNames) {
    append("ringdex_live_lookups_total{{outcome=\"{}\"}} {}\n", name, live_[static_cast<std::size_t>(outcome)].load());
  }
  family(out, "ringdex_calls_total", "counter", "Rings and outgoing calls, each once.");
  for (const auto direction : {index::CallDirection::inbound, index::CallDirection::outbound}) {
    append("ringdex_calls_total{{direction=\"{}\"}} {}\n", to_string(direction),
           calls_[static_cast<std::size_t>(direction)].load());
  }
  family(out, "ringdex_http_responses_total", "counter", "HTTP answers, by class of status.");
  for (std::size_t i = 1; i < http_by_class_.size(); ++i) {
    append("ringdex_http_responses_total{{class=\"{}xx\"}} {}\n", i, http_by_class_[i].load());
  }
  family(out, "ringdex_connections", "gauge", "Open connections, by door.");
  for (std::size_t i = 0; i < kDoors; ++i) {
    append("ringdex_connections{{door=\"{}\"}} {}\n", to_string(static_cast<Door>(i)), doors_[i].connections());
  }
  family(out, "ringdex_connections_refused_total", "counter", "Connections over the door's limit.");
  for (std::size_t i = 0; i < kDoors; ++i) {
    append("ringdex_connections_refused_total{{door=\"{}\"}} {}\n", to_string(static_cast<Door>(i)),
           doors_[i].refused());
  }
  family(out, "ringdex_door_requests_total", "counter", "FastAGI calls and LDAP operations, by how they ended.");
  for (const Door door : {Door::fastagi, Door::ldap}) {
    for (std::size_t i = 0; i < kDoorOutcomes; ++i) {
      const auto outcome = static_cast<DoorOutcome>(i);
      append("ringdex_door_requests_total{{door=\"{}\",outcome=\"{}\"}} {}\n", to_string(door), to_string(outcome),
             doors_[static_cast<std::size_t>(door)].requests(outcome));
    }
  }
  single(out, "ringdex_webhook_events_total", "counter", "Webhook events accepted.", webhook_events_);
  single(out, "ringdex_webhooks_refused_total", "counter", "Webhook requests refused.", webhooks_refused_);
  single(out, "ringdex_event_listeners", "gauge", "Open streams of events.", event_listeners_);
  single(out, "ringdex_events_sent_total", "counter", "Events sent to listeners as they happened.", events_sent_);
  single(out, "ringdex_event_listeners_cut_off_total", "counter", "Listeners that were too slow.",
         event_listeners_cut_off_);
  return out;
}

}  // namespace ringdex::server

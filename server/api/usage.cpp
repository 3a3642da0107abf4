#include "server/api/usage.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "index/records/change_counts.h"
#include "server/api/refusals.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;
using index::UsageCounts;

struct Range {
  std::string_view name;
  std::chrono::minutes period;
  std::chrono::minutes whole;
};
constexpr Range kRanges[] = {
    {"day", 15min, 24h}, {"week", 1h, 7 * 24h}, {"month", 6h, 30 * 24h}, {"year", 24h, 365 * 24h}};

// In microseconds, to a tenth.
std::optional<double> quantile_us(const index::LatencyCounts& latency, double part) {
  const auto found = index::latency_quantile(latency, part);
  if (!found) return std::nullopt;
  return std::round(static_cast<double>(found->count()) / 100.0) / 10.0;
}

void write_count_members(text::JsonWriter& out, const UsageCounts& counts) {
  out.member("lookups", counts.lookups()).member("found", counts.found).member("many", counts.many);
  out.member("none", counts.none).member("unmatchable", counts.unmatchable);
  out.member("p50_us", quantile_us(counts.latency, 0.50)).member("p99_us", quantile_us(counts.latency, 0.99));
}

HttpResponse show_usage(const LookupUsage& usage, index::TimePoint now, const HttpRequest& request) {
  const std::string* asked = request.parameter("range");
  const std::string_view name = asked != nullptr ? std::string_view(*asked) : "day";
  const auto* range = std::ranges::find(kRanges, name, &Range::name);
  if (range == std::end(kRanges)) return problem(400, "bad_range", "range is day, week, month or year");
  const auto period = std::chrono::milliseconds(range->period);
  const index::TimePoint to(period * (now.time_since_epoch() / period + 1));
  const index::TimePoint from = to - range->whole;
  std::map<index::TimePoint, UsageCounts> points;
  UsageCounts total;
  const auto visited = usage.visit(request.principal.account, index::counting_period(from), index::counting_period(to),
                                   [&](std::uint64_t quarter, const UsageCounts& counts) {
                                     const auto at = index::kCountingPeriod * static_cast<std::int64_t>(quarter);
                                     points[index::TimePoint(period * (at / period))] += counts;
                                     total += counts;
                                   });
  if (!visited) return store_failed(visited.error().message);
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').member("range", range->name);
  out.member("period_seconds", std::chrono::seconds(range->period).count()).member("from", from).member("to", to);
  out.key("points").open('[');
  for (const auto& [at, counts] : points) {
    out.open('{').member("at", at);
    write_count_members(out, counts);
    out.close('}');
  }
  out.close(']').key("total").open('{');
  write_count_members(out, total);
  out.close('}').close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> usage_routes(const LookupUsage& usage, Clock clock) {
  return {{.method = "GET",
           .path = "/v1/usage",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&usage, clock = std::move(clock)](const HttpRequest& request) {
             return show_usage(usage, clock(), request);
           }}};
}

}  // namespace ringdex::server

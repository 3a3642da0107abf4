#include "server/api/usage.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "index/records/change_counts.h"
#include "server/api/json_text.h"
#include "telephony/text/times.h"

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
Json quantile_json(const index::LatencyCounts& latency, double part) {
  const auto found = index::latency_quantile(latency, part);
  if (!found) return nullptr;
  return std::round(static_cast<double>(found->count()) / 100.0) / 10.0;
}

void add_counts(Json& to, const UsageCounts& counts) {
  to["lookups"] = counts.lookups();
  to["found"] = counts.found;
  to["many"] = counts.many;
  to["none"] = counts.none;
  to["unmatchable"] = counts.unmatchable;
  to["p50_us"] = quantile_json(counts.latency, 0.50);
  to["p99_us"] = quantile_json(counts.latency, 0.99);
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
  if (!visited) return problem(503, "store_failed", visited.error().message);
  Json list = Json::array();
  for (const auto& [at, counts] : points) {
    Json point = {{"at", text::format_iso_time(at)}};
    add_counts(point, counts);
    list.push_back(std::move(point));
  }
  Json out = {{"range", range->name},
              {"period_seconds", std::chrono::seconds(range->period).count()},
              {"from", text::format_iso_time(from)},
              {"to", text::format_iso_time(to)},
              {"points", std::move(list)}};
  add_counts(out["total"], total);
  return json_response(out);
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

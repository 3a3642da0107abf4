#include "server/api/runs.h"

#include <fmt/format.h>

#include <charconv>

#include "server/api/json_text.h"
#include "server/api/request_fields.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRunsDefault = 50;
constexpr std::size_t kRunsMax = 1'000;
constexpr std::size_t kRejectsMax = 10'000;

Json run_json(const index::Run& run) {
  const index::ApplyResult& counts = run.counts;
  return {{"id", run.number},
          {"source", run.source},
          {"kind", run.kind},
          {"outcome", run.outcome},
          {"message", run.message},
          {"started_at", iso_text(run.started_at)},
          {"finished_at", iso_or_null(run.finished_at)},
          {"seconds", run.finished_at ? Json(static_cast<double>((*run.finished_at - run.started_at).count()) / 1000.0)
                                      : Json(nullptr)},
          {"pages", run.pages},
          {"requests", run.requests},
          {"added", counts.added},
          {"updated", counts.updated},
          {"unchanged", counts.unchanged},
          {"stale", counts.stale},
          {"deleted", counts.deleted},
          {"merged", counts.merged},
          {"renamed", counts.renamed},
          {"kept_name", counts.kept_name},
          {"skipped", run.skipped},
          {"skipped_by_reason", run.skipped_by_reason},
          {"failed", run.failed},
          {"ignored", run.ignored}};
}

// False: not a number in 1 … max.
bool read_count(const std::string& text, std::uint64_t max, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= max;
}

HttpResponse list_runs(const index::Ledger& ledger, const HttpRequest& request) {
  const auto limit = read_limit(request, kRunsDefault, kRunsMax);
  if (!limit) return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kRunsMax));
  const std::string* source = request.parameter("source");
  const auto runs = ledger.runs(request.principal.account, source ? *source : "", *limit);
  if (!runs) return problem(503, "store_failed", runs.error().message);
  Json out = Json::array();
  for (const index::Run& run : *runs) out.push_back(run_json(run));
  return json_response({{"runs", std::move(out)}});
}

HttpResponse one_run(const index::Ledger& ledger, const HttpRequest& request) {
  std::uint64_t number = 0;
  if (!read_count(request.parameters[0], UINT64_MAX, number)) return problem(400, "bad_run", "a run's id is a number");
  const auto run = ledger.run(request.principal.account, number);
  if (!run) return problem(503, "store_failed", run.error().message);
  if (!*run) return problem(404, "run_unknown", fmt::format("no run {}", number));
  return json_response(run_json(**run));
}

HttpResponse list_rejects(const index::Ledger& ledger, const HttpRequest& request) {
  std::uint64_t run = 0;
  if (!read_count(request.parameters[0], UINT64_MAX, run)) return problem(400, "bad_run", "a run's id is a number");
  const auto rejects = ledger.rejects(request.principal.account, run, kRejectsMax);
  if (!rejects) return problem(503, "store_failed", rejects.error().message);
  Json out = Json::array();
  for (const index::RunReject& reject : *rejects) {
    out.push_back({{"external_id", reject.external_id}, {"reason", reject.reason}, {"detail", reject.detail}});
  }
  return json_response({{"rejects", std::move(out)}});
}

}  // namespace

std::vector<HttpRoute> run_routes(const index::Ledger& ledger) {
  const auto route = [&ledger](const char* path, HttpResponse (*handler)(const index::Ledger&, const HttpRequest&)) {
    return HttpRoute{.method = "GET",
                     .path = path,
                     .scope = Scope::admin,
                     .runs_on = RunsOn::blocking,
                     .handler = [&ledger, handler](const HttpRequest& request) { return handler(ledger, request); }};
  };
  return {route("/v1/runs", list_runs), route("/v1/runs/{id}", one_run), route("/v1/runs/{id}/rejects", list_rejects)};
}

}  // namespace ringdex::server

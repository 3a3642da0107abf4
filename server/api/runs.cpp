#include "server/api/runs.h"

#include <fmt/format.h>

#include "server/api/json_text.h"
#include "server/api/request_fields.h"
#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRunsDefault = 50;
constexpr std::size_t kRunsMax = 1'000;
// A bound on the time of one request: some microseconds each.
constexpr std::size_t kRunsExaminedMax = 20'000;

Json run_json(const index::Run& run) {
  const index::ApplyResult& counts = run.counts;
  return {{"id", run.number},
          {"source", run.source},
          {"kind", run.kind},
          {"outcome", run.outcome},
          {"message", run.message},
          {"started_at", text::format_iso_time(run.started_at)},
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

HttpResponse list_runs(const index::Ledger& ledger, const HttpRequest& request) {
  const auto limit = read_limit(request, kRunsDefault, kRunsMax);
  if (!limit) return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kRunsMax));
  index::RunQuery query{.runs_max = *limit, .examined_max = kRunsExaminedMax};
  if (!read_place(request, query)) return bad_cursor();
  if (const std::string* changed = request.parameter("changed")) {
    if (*changed != "true" && *changed != "false") return problem(400, "bad_changed", "changed is true or false");
    query.only_notable = *changed == "true";
  }
  const auto page = ledger.page(request.principal.account, query);
  if (!page) return problem(503, "store_failed", page.error().message);
  Json out = Json::array();
  for (const index::Run& run : page->runs) out.push_back(run_json(run));
  return json_response({{"runs", std::move(out)}, {"next", page->next ? Json(*page->next) : Json(nullptr)}});
}

HttpResponse one_run(const index::Ledger& ledger, const HttpRequest& request) {
  const auto run = requested_run(ledger, request);
  return run ? json_response(run_json(*run)) : run.error();
}

HttpResponse list_rejects(const index::Ledger& ledger, const HttpRequest& request) {
  const auto run = read_count(request.parameters[0], UINT64_MAX);
  if (!run) return problem(400, "bad_run", "a run's id is a number");
  const auto rejects = ledger.rejects(request.principal.account, *run, index::Ledger::kRejectsPerRunMax);
  if (!rejects) return problem(503, "store_failed", rejects.error().message);
  Json out = Json::array();
  for (const index::RunReject& reject : *rejects) {
    out.push_back({{"external_id", reject.external_id}, {"reason", reject.reason}, {"detail", reject.detail}});
  }
  return json_response({{"rejects", std::move(out)}});
}

}  // namespace

bool read_place(const HttpRequest& request, index::RunQuery& query) {
  if (const std::string* source = request.parameter("source")) query.source = *source;
  const std::string* behind = request.parameter("behind");
  if (behind == nullptr) return true;
  const auto run = read_count(*behind, UINT64_MAX);
  if (run) query.behind = *run;
  return run.has_value();
}

std::expected<index::Run, HttpResponse> requested_run(const index::Ledger& ledger, const HttpRequest& request) {
  const auto number = read_count(request.parameters[0], UINT64_MAX);
  if (!number) return std::unexpected(problem(400, "bad_run", "a run's id is a number"));
  auto run = ledger.run(request.principal.account, *number);
  if (!run) return std::unexpected(problem(503, "store_failed", run.error().message));
  if (!*run) return std::unexpected(problem(404, "run_unknown", fmt::format("no run {}", *number)));
  return **std::move(run);
}

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

#include "server/api/runs.h"

#include <fmt/core.h>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRunsDefault = 50;
constexpr std::size_t kRunsMax = 1'000;
// A bound on the time of one request: some microseconds each.
constexpr std::size_t kRunsExaminedMax = 20'000;

void write_run(text::JsonWriter& out, const index::Run& run) {
  const index::ApplyResult& counts = run.counts;
  out.open('{').member("id", run.number).member("source", run.source).member("kind", run.kind);
  out.member("outcome", run.outcome).member("message", run.message);
  out.member("started_at", run.started_at).member("finished_at", run.finished_at);
  if (run.finished_at) {
    out.member("seconds", static_cast<double>((*run.finished_at - run.started_at).count()) / 1000.0);
  } else {
    out.null_member("seconds");
  }
  out.member("pages", run.pages).member("requests", run.requests);
  out.member("added", counts.added).member("updated", counts.updated).member("unchanged", counts.unchanged);
  out.member("stale", counts.stale).member("deleted", counts.deleted).member("merged", counts.merged);
  out.member("renamed", counts.renamed).member("kept_name", counts.kept_name).member("skipped", run.skipped);
  out.key("skipped_by_reason").open('{');
  for (const auto& [reason, count] : run.skipped_by_reason) out.member(reason, count);
  out.close('}').member("failed", run.failed).member("ignored", run.ignored).close('}');
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
  if (!page) return store_failed(page.error().message);
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("runs").open('[');
  for (const index::Run& run : page->runs) write_run(out, run);
  out.close(']').member("next", page->next).close('}');
  return response;
}

HttpResponse one_run(const index::Ledger& ledger, const HttpRequest& request) {
  const auto run = requested_run(ledger, request);
  if (!run) return run.error();
  HttpResponse response;
  text::JsonWriter out(response.body);
  write_run(out, *run);
  return response;
}

HttpResponse list_rejects(const index::Ledger& ledger, const HttpRequest& request) {
  const auto run = read_count(request.parameters[0], UINT64_MAX);
  if (!run) return problem(400, "bad_run", "a run's id is a number");
  const auto rejects = ledger.rejects(request.principal.account, *run, index::Ledger::kRejectsPerRunMax);
  if (!rejects) return store_failed(rejects.error().message);
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("rejects").open('[');
  for (const index::RunReject& reject : *rejects) {
    out.open('{').member("external_id", reject.external_id).member("reason", reject.reason);
    out.member("detail", reject.detail).close('}');
  }
  out.close(']').close('}');
  return response;
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
  if (!run) return std::unexpected(store_failed(run.error().message));
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

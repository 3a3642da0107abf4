#include "server/api/run_files.h"

#include <fmt/core.h>

#include "server/api/csv_text.h"
#include "server/api/refusals.h"
#include "server/api/runs.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRunsPerPage = 1'000;

constexpr std::string_view kRunColumns[] = {
    "id",    "source",    "kind",    "outcome", "message", "started_at",       "finished_at", "seconds",
    "pages", "requests",  "added",   "updated", "deleted", "merged",           "renamed",     "unchanged",
    "stale", "kept_name", "ignored", "failed",  "skipped", "skipped_by_reason"};

std::string text_of(const std::map<std::string, std::uint64_t>& by_reason) {
  std::string text;
  for (const auto& [reason, count] : by_reason) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", reason, count);
  }
  return text;
}

void write_run(CsvText& out, const index::Run& run) {
  out.number(run.number).text(run.source).text(run.kind).text(run.outcome).text(run.message);
  out.text(text::format_iso_time(run.started_at)).text(run.finished_at ? text::format_iso_time(*run.finished_at) : "");
  if (run.finished_at) {
    out.number(static_cast<double>((*run.finished_at - run.started_at).count()) / 1000.0);
  } else {
    out.text("");
  }
  const index::ApplyResult& counts = run.counts;
  for (const std::uint64_t count :
       {run.pages, run.requests, counts.added, counts.updated, counts.deleted, counts.merged, counts.renamed,
        counts.unchanged, counts.stale, counts.kept_name, run.ignored, run.failed, run.skipped}) {
    out.number(count);
  }
  out.text(text_of(run.skipped_by_reason)).end_row();
}

HttpResponse runs_file(const index::Ledger& ledger, const HttpRequest& request, std::size_t runs_max) {
  index::RunQuery query{.runs_max = kRunsPerPage};
  if (!read_place(request, query)) return bad_cursor();
  std::string text;
  CsvText out(text);
  for (const std::string_view name : kRunColumns) out.text(name);
  out.end_row();
  std::size_t left = runs_max;
  std::optional<std::uint64_t> next;
  do {
    query.runs_max = std::min(kRunsPerPage, left);
    const auto page = ledger.page(request.principal.account, query);
    if (!page) return store_failed(page.error().message);
    for (const index::Run& run : page->runs) write_run(out, run);
    left -= page->runs.size();
    next = page->next;
    query.behind = next.value_or(0);
  } while (next && left > 0);
  HttpResponse response =
      csv_file(query.source.empty() ? "runs" : fmt::format("runs-{}", query.source), std::move(text));
  if (next) {
    std::string path = fmt::format("/v1/runs.csv?behind={}", *next);
    if (!query.source.empty()) path += "&source=" + text::percent_encoded(query.source);
    response.headers.emplace_back("Link", fmt::format("<{}>; rel=\"next\"", path));
  }
  return response;
}

HttpResponse rejects_file(const index::Ledger& ledger, const HttpRequest& request) {
  const auto run = requested_run(ledger, request);
  if (!run) return run.error();
  const auto rejects = ledger.rejects(request.principal.account, run->number, index::Ledger::kRejectsPerRunMax);
  if (!rejects) return store_failed(rejects.error().message);
  std::string text;
  CsvText out(text);
  out.text("run").text("source").text("external_id").text("reason").text("detail").end_row();
  for (const index::RunReject& reject : *rejects) {
    out.number(run->number).text(run->source).text(reject.external_id).text(reject.reason).text(reject.detail);
    out.end_row();
  }
  return csv_file(fmt::format("run-{}-rejects", run->number), std::move(text));
}

}  // namespace

std::vector<HttpRoute> run_file_routes(const index::Ledger& ledger, std::size_t runs_max) {
  return {{.method = "GET",
           .path = "/v1/runs.csv",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&ledger, runs_max](const HttpRequest& request) { return runs_file(ledger, request, runs_max); }},
          {.method = "GET",
           .path = "/v1/runs/{id}/rejects.csv",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&ledger](const HttpRequest& request) { return rejects_file(ledger, request); }}};
}

}  // namespace ringdex::server

#include "server/api/sources.h"

#include <fmt/format.h>

#include <charconv>

#include "server/api/json_text.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRunsDefault = 50;
constexpr std::size_t kRunsMax = 1'000;
constexpr std::size_t kRejectsMax = 10'000;

struct Api {
  const index::Index& index;
  const index::Ledger& ledger;
  sync::SyncScheduler& scheduler;
};

HttpResponse source_unknown(const std::string& id) {
  return problem(404, "source_unknown", fmt::format("no source '{}'", id));
}

HttpResponse list_sources(const Api& api, const HttpRequest& request) {
  Json sources = Json::array();
  const index::IndexView view = api.index.read();
  const std::string& account = request.principal.account;
  for (const sync::SourceOverview& source : api.scheduler.overview(account)) {
    const auto state = view.source_state(account, source.source);
    if (!state) return problem(503, "store_failed", state.error().message);
    const auto moved = view.checkpoint_at(account, source.source);
    sources.push_back({{"id", source.source},
                       {"type", source.type},
                       {"label", source.label},
                       {"state", to_string(source.status.state)},
                       {"since", iso_text(source.status.since)},
                       {"reason", source.status.reason},
                       {"next_attempt", iso_or_null(source.status.next_attempt)},
                       {"run", source.status.run == 0 ? Json(nullptr) : Json(source.status.run)},
                       {"records", state->records},
                       {"awaiting_confirmation", state->awaiting_confirmation},
                       {"checkpoint_at", iso_or_null(moved)},
                       {"interval_seconds", std::chrono::floor<std::chrono::seconds>(source.interval).count()}});
  }
  return json_response({{"sources", std::move(sources)}});
}

HttpResponse sync_source(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  const auto kind = body->value("kind", Json("delta"));
  // A complete copy shows every record, so it sweeps as well.
  const bool full = kind == "full" || kind == "sweep";
  if (!full && kind != "delta") return problem(400, "bad_kind", "kind is delta, full or sweep");
  const std::string& id = request.parameters[0];
  const auto asked = full ? sync::RunKind::full : sync::RunKind::delta;
  if (!api.scheduler.request_run(request.principal.account, id, asked)) return source_unknown(id);
  return json_response({{"source", id}, {"requested", kind}}, 202);
}

HttpResponse confirm_sweep(const Api& api, const HttpRequest& request) {
  const std::string& id = request.parameters[0];
  const std::string& account = request.principal.account;
  if (!api.scheduler.has(account, id)) return source_unknown(id);
  const auto state = api.index.read().source_state(account, id);
  if (!state) return problem(503, "store_failed", state.error().message);
  if (state->listing != index::SourceState::Listing::awaiting) {
    return problem(409, "nothing_to_confirm", fmt::format("source '{}' waits for no confirmation", id));
  }
  const auto result = api.scheduler.confirm_sweep(account, id);
  if (!result) return problem(503, "store_failed", result.error().message);
  return json_response({{"source", id}, {"removed", result->swept}});
}

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
          {"ignored", run.ignored}};
}

// False: not a number in 1 … max.
bool read_count(const std::string& text, std::uint64_t max, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= max;
}

HttpResponse list_runs(const Api& api, const HttpRequest& request) {
  std::uint64_t limit = kRunsDefault;
  if (const auto* text = request.parameter("limit"); text && !read_count(*text, kRunsMax, limit)) {
    return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kRunsMax));
  }
  const std::string* source = request.parameter("source");
  const auto runs = api.ledger.runs(request.principal.account, source ? *source : "", limit);
  if (!runs) return problem(503, "store_failed", runs.error().message);
  Json out = Json::array();
  for (const index::Run& run : *runs) out.push_back(run_json(run));
  return json_response({{"runs", std::move(out)}});
}

HttpResponse list_rejects(const Api& api, const HttpRequest& request) {
  std::uint64_t run = 0;
  if (!read_count(request.parameters[0], UINT64_MAX, run)) return problem(400, "bad_run", "a run's id is a number");
  const auto rejects = api.ledger.rejects(request.principal.account, run, kRejectsMax);
  if (!rejects) return problem(503, "store_failed", rejects.error().message);
  Json out = Json::array();
  for (const index::RunReject& reject : *rejects) {
    out.push_back({{"external_id", reject.external_id}, {"reason", reject.reason}, {"detail", reject.detail}});
  }
  return json_response({{"rejects", std::move(out)}});
}

}  // namespace

std::vector<HttpRoute> source_routes(const index::Index& index, const index::Ledger& ledger,
                                     sync::SyncScheduler& scheduler) {
  const Api api{index, ledger, scheduler};
  const auto route = [&api](const char* method, const char* path,
                            HttpResponse (*handler)(const Api&, const HttpRequest&)) {
    return HttpRoute{.method = method,
                     .path = path,
                     .scope = Scope::admin,
                     .may_block = true,
                     .handler = [api, handler](const HttpRequest& request) { return handler(api, request); }};
  };
  return {route("GET", "/v1/sources", list_sources), route("POST", "/v1/sources/{id}/sync", sync_source),
          route("POST", "/v1/sources/{id}/confirm", confirm_sweep), route("GET", "/v1/runs", list_runs),
          route("GET", "/v1/runs/{id}/rejects", list_rejects)};
}

}  // namespace ringdex::server

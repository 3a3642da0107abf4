#include "server/api/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

#include "server/api/json_text.h"
#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

using Mode = index::SourceState::Mode;

constexpr std::size_t kPreviewDefault = 20;
constexpr std::chrono::seconds kPreviewDeadline{60};

struct Api {
  index::Index& index;
  const index::Ledger& ledger;
  sync::SyncScheduler& scheduler;
  Clock clock;
  std::function<TimeZone(const std::string& account)> zone;
  // A preview may take a minute of a thread that webhooks need as well.
  std::shared_ptr<std::atomic<bool>> previewing = std::make_shared<std::atomic<bool>>(false);
};

HttpResponse source_unknown(const std::string& id) {
  return problem(404, "source_unknown", fmt::format("no source '{}'", id));
}

HttpResponse store_failed(const index::IndexError& error) {
  return problem(503, "store_failed", error.message);
}

Json number_or_null(const std::optional<std::uint64_t>& number) {
  return number ? Json(*number) : Json(nullptr);
}

// How far a run is, and when it will be done if it goes on as it did.
Json progress_json(const sync::RunProgress& progress, index::TimePoint now) {
  const double seconds = std::max(static_cast<double>((now - progress.started_at).count()) / 1000.0, 0.001);
  Json out = {{"run", progress.run},
              {"kind", progress.kind},
              {"started_at", text::format_iso_time(progress.started_at)},
              {"records", progress.rows},
              {"pages", progress.pages},
              {"records_per_second", static_cast<double>(progress.rows) / seconds},
              {"share", progress.share ? Json(*progress.share) : Json(nullptr)},
              {"expected_end", nullptr}};
  constexpr double kShareMin = 0.01;
  if (progress.share && *progress.share >= kShareMin) {
    const double left = seconds * (1.0 - *progress.share) / *progress.share;
    out["expected_end"] =
        text::format_iso_time(now + std::chrono::milliseconds(static_cast<std::int64_t>(left) * 1000));
  }
  return out;
}

Json source_json(const sync::SourceOverview& source, const index::SourceState& state,
                 std::optional<index::TimePoint> moved, index::TimePoint now) {
  const sync::SourceStatus& status = source.status;
  return {
      {"id", source.source},
      {"type", source.type},
      {"label", source.label},
      {"state", to_string(status.state)},
      {"since", text::format_iso_time(status.since)},
      {"reason", status.reason},
      {"next_attempt", iso_or_null(status.next_attempt)},
      {"run", status.run == 0 ? Json(nullptr) : Json(status.run)},
      {"progress", status.progress ? progress_json(*status.progress, now) : Json(nullptr)},
      {"records", state.records},
      {"awaiting_confirmation", state.awaiting_confirmation},
      {"checkpoint_at", iso_or_null(moved)},
      {"swept_at", state.swept_at == index::TimePoint{} ? Json(nullptr) : Json(text::format_iso_time(state.swept_at))},
      {"next_sweep", iso_or_null(status.next_sweep)},
      {"requests_left",
       {{"this_minute", number_or_null(source.requests_left.this_minute)},
        {"today", number_or_null(source.requests_left.today)}}},
      {"interval_seconds", std::chrono::floor<std::chrono::seconds>(source.interval).count()}};
}

HttpResponse list_sources(const Api& api, const HttpRequest& request) {
  Json sources = Json::array();
  const index::IndexView view = api.index.read();
  const std::string& account = request.principal.account;
  for (const sync::SourceOverview& source : api.scheduler.overview(account)) {
    const auto state = view.source_state(account, source.source);
    if (!state) return store_failed(state.error());
    sources.push_back(source_json(source, *state, view.checkpoint_at(account, source.source), api.clock()));
  }
  return json_response({{"sources", std::move(sources)}});
}

// The source of the request as the index knows it; nothing: the refusal is filled in.
std::optional<index::SourceState> known_source(const Api& api, const HttpRequest& request, HttpResponse& refusal) {
  const std::string& id = request.parameters[0];
  const std::string& account = request.principal.account;
  if (!api.scheduler.has(account, id)) {
    refusal = source_unknown(id);
    return std::nullopt;
  }
  auto state = api.index.read().source_state(account, id);
  if (!state) {
    refusal = store_failed(state.error());
    return std::nullopt;
  }
  return *std::move(state);
}

HttpResponse wrong_mode(const std::string& id, Mode mode, const char* instead) {
  return problem(409, fmt::format("source_{}", to_string(mode)),
                 fmt::format("source '{}' is {}; {}", id, to_string(mode), instead));
}

HttpResponse sync_source(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  const auto kind = body->value("kind", Json("delta"));
  const std::string& id = request.parameters[0];
  sync::RunKind asked{};
  if (kind == "delta") {
    asked = sync::RunKind::delta;
  } else if (kind == "full") {
    asked = sync::RunKind::full;
  } else if (kind == "sweep") {
    asked = sync::RunKind::sweep;
  } else {
    return problem(400, "bad_kind", "kind is delta, full or sweep");
  }
  if (state->mode == Mode::paused) return wrong_mode(id, state->mode, "resume it first");
  if (state->mode == Mode::disabled) return wrong_mode(id, state->mode, "enable it first");
  api.scheduler.request_run(request.principal.account, id, asked);
  return json_response({{"source", id}, {"requested", kind}}, 202);
}

// Each switch says from which modes it leads where; in the mode that it leads to it is done already.
struct Switch {
  const char* action;
  Mode to;
  Mode not_from;
  const char* instead;
};
constexpr Switch kSwitches[] = {
    {"pause", Mode::paused, Mode::disabled, "enable it first"},
    {"resume", Mode::on, Mode::disabled, "enable it"},
    {"disable", Mode::disabled, Mode::disabled, ""},
    {"enable", Mode::on, Mode::paused, "resume it"},
};

HttpResponse switch_source(const Api& api, const HttpRequest& request, const Switch& wanted) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const std::string& id = request.parameters[0];
  if (state->mode != wanted.to) {
    if (state->mode == wanted.not_from) return wrong_mode(id, state->mode, wanted.instead);
    const auto done = api.scheduler.set_mode(request.principal.account, id, wanted.to);
    if (!done) return store_failed(done.error());
  }
  return json_response({{"source", id}, {"mode", to_string(wanted.to)}});
}

HttpResponse purge_source(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  const std::string& id = request.parameters[0];
  if (body->value("confirm", Json()) != id) {
    return problem(400, "not_confirmed",
                   fmt::format("this forgets all records of '{0}'; to confirm send {{\"confirm\": \"{0}\"}}", id));
  }
  if (state->mode != Mode::disabled) {
    return problem(409, "source_not_disabled",
                   fmt::format("disable source '{}' first, or it would be filled again", id));
  }
  const auto removed = api.scheduler.purge(request.principal.account, id);
  if (!removed) return store_failed(removed.error());
  return json_response({{"source", id}, {"removed", *removed}});
}

HttpResponse confirm_sweep(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const std::string& id = request.parameters[0];
  if (state->listing != index::SourceState::Listing::awaiting) {
    return problem(409, "nothing_to_confirm", fmt::format("source '{}' waits for no confirmation", id));
  }
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  // Another listing may have ended since somebody looked.
  const Json records = body->value("records", Json(state->awaiting_confirmation));
  if (records != state->awaiting_confirmation) {
    return problem(409, "other_count",
                   fmt::format("by now {} records of source '{}' wait for a confirmation, not {}",
                               state->awaiting_confirmation, id, dump(records)));
  }
  const auto result = api.scheduler.confirm_sweep(request.principal.account, id);
  if (!result) return store_failed(result.error());
  return json_response({{"source", id}, {"removed", result->swept}});
}

Json counts_json(const index::ChangeCounts& counts) {
  return {{"added", counts.added},
          {"updated", counts.updated},
          {"deleted", counts.deleted},
          {"merged", counts.merged},
          {"skipped", counts.skipped}};
}

HttpResponse today(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  if (!known_source(api, request, refusal)) return refusal;
  const std::string& id = request.parameters[0];
  const std::string& account = request.principal.account;
  const index::TimePoint now = api.clock();
  const index::TimePoint since = api.zone(account).day_start(now);
  const auto changes = api.ledger.changes(account, id, since, now + index::kCountingPeriod);
  if (!changes) return store_failed(changes.error());
  index::ChangeCounts all;
  Json by_cause = Json::object();
  if (const auto found = changes->find(id); found != changes->end()) {
    for (const auto& [cause, counts] : found->second) {
      all += counts;
      by_cause[std::string(to_string(cause))] = counts_json(counts);
    }
  }
  Json out = {{"source", id}, {"since", text::format_iso_time(since)}};
  out.update(counts_json(all));
  out["by_cause"] = std::move(by_cause);
  return json_response(out);
}

struct Previewing {
  std::atomic<bool>& flag;
  ~Previewing() { flag = false; }
};

HttpResponse preview(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  if (state->mode == Mode::disabled) return wrong_mode(request.parameters[0], state->mode, "enable it first");
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  const Json records_max = body->value("records", Json(kPreviewDefault));
  if (!records_max.is_number_unsigned() || records_max < 1 || records_max > sync::SourcePreview::kRecordsMax) {
    return problem(400, "bad_records",
                   fmt::format("records is a number from 1 to {}", sync::SourcePreview::kRecordsMax));
  }
  if (api.previewing->exchange(true)) {
    return problem(429, "preview_busy", "another preview is being made; ask again when it is done");
  }
  const Previewing previewing{*api.previewing};
  auto pending =
      api.scheduler.preview(request.principal.account, request.parameters[0], records_max.get<std::size_t>());
  if (!pending || pending->wait_for(kPreviewDeadline) != std::future_status::ready) {
    return problem(504, "source_too_slow",
                   fmt::format("the source gave no preview within {} s", kPreviewDeadline.count()));
  }
  const sync::PreviewAnswer answer = pending->get();
  Json out = {
      {"records", Json::array()}, {"rejected", Json::array()}, {"ignored", answer.ignored}, {"pages", answer.pages}};
  for (const index::Record& record : answer.records) out["records"].push_back(record_json(record));
  for (const sync::Rejected& reject : answer.rejected) {
    out["rejected"].push_back({{"external_id", reject.external_id},
                               {"reason", std::string(to_string(reject.reason))},
                               {"detail", reject.detail}});
  }
  out["error"] = answer.error.empty() ? Json(nullptr) : Json(answer.error);
  return json_response(out);
}

}  // namespace

std::vector<HttpRoute> source_routes(index::Index& index, const index::Ledger& ledger, sync::SyncScheduler& scheduler,
                                     Clock clock, std::function<TimeZone(const std::string& account)> zone) {
  const Api api{index, ledger, scheduler, std::move(clock), std::move(zone)};
  const auto route = [&api](const char* method, const std::string& path,
                            std::function<HttpResponse(const Api&, const HttpRequest&)> handler) {
    return HttpRoute{
        .method = method,
        .path = path,
        .scope = Scope::admin,
        .runs_on = RunsOn::blocking,
        .handler = [api, handler = std::move(handler)](const HttpRequest& request) { return handler(api, request); }};
  };
  std::vector<HttpRoute> routes{route("GET", "/v1/sources", list_sources),
                                route("GET", "/v1/sources/{id}/today", today),
                                route("POST", "/v1/sources/{id}/sync", sync_source),
                                route("POST", "/v1/sources/{id}/preview", preview),
                                route("POST", "/v1/sources/{id}/purge", purge_source),
                                route("POST", "/v1/sources/{id}/confirm", confirm_sweep)};
  for (const Switch& wanted : kSwitches) {
    routes.push_back(route(
        "POST", std::string("/v1/sources/{id}/") + wanted.action,
        [&wanted](const Api& given, const HttpRequest& request) { return switch_source(given, request, wanted); }));
  }
  return routes;
}

}  // namespace ringdex::server

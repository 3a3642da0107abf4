#include "server/api/sources.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "server/json/record_json.h"

namespace ringdex::server {
namespace {

using Mode = index::SourceState::Mode;

constexpr std::size_t kPreviewDefault = 20;
constexpr std::chrono::seconds kPreviewDeadline{60};

struct SourcesApi {
  index::Index& index;
  const index::Ledger& ledger;
  sync::Sources& sources;
  Clock clock;
  std::function<TimeZone(const std::string& account)> zone;
  // A preview may take a minute of a thread that webhooks need as well.
  std::shared_ptr<std::atomic<bool>> previewing = std::make_shared<std::atomic<bool>>(false);
};

HttpResponse source_unknown(const std::string& id) {
  return problem(404, "source_unknown", fmt::format("no source '{}'", id));
}

// How far a run is, and when it will be done if it goes on as it did.
void write_progress(text::JsonWriter& out, const sync::RunProgress& progress, index::TimePoint now) {
  const double seconds = std::max(static_cast<double>((now - progress.started_at).count()) / 1000.0, 0.001);
  out.open('{').member("run", progress.run).member("kind", progress.kind).member("started_at", progress.started_at);
  out.member("records", progress.rows).member("pages", progress.pages);
  out.member("records_per_second", static_cast<double>(progress.rows) / seconds).member("share", progress.share);
  constexpr double kShareMin = 0.01;
  std::optional<index::TimePoint> end;
  if (progress.share && *progress.share >= kShareMin) {
    const double left = seconds * (1.0 - *progress.share) / *progress.share;
    end = now + std::chrono::milliseconds(static_cast<std::int64_t>(left) * 1000);
  }
  out.member("expected_end", end).close('}');
}

void write_source(text::JsonWriter& out, const sync::SourceOverview& source, const index::SourceState& state,
                  std::optional<index::TimePoint> moved, index::TimePoint now) {
  const sync::SourceStatus& status = source.status;
  out.open('{').member("id", source.source).member("type", source.type).member("label", source.label);
  out.member("state", to_string(status.state)).member("since", status.since).member("reason", status.reason);
  out.member("next_attempt", status.next_attempt);
  status.run == 0 ? out.null_member("run") : out.member("run", status.run);
  if (status.progress) {
    write_progress(out.key("progress"), *status.progress, now);
  } else {
    out.null_member("progress");
  }
  out.member("records", state.records).member("awaiting_confirmation", state.awaiting_confirmation);
  out.member("checkpoint_at", moved);
  state.swept_at == index::TimePoint{} ? out.null_member("swept_at") : out.member("swept_at", state.swept_at);
  out.member("next_sweep", status.next_sweep);
  out.key("requests_left").open('{').member("this_minute", source.requests_left.this_minute);
  out.member("today", source.requests_left.today).close('}');
  out.member("interval_seconds", std::chrono::floor<std::chrono::seconds>(source.interval).count()).close('}');
}

HttpResponse list_sources(const SourcesApi& api, const HttpRequest& request) {
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("sources").open('[');
  const index::IndexView view = api.index.read();
  const std::string& account = request.principal.account;
  for (const sync::SourceOverview& source : api.sources.overview(account)) {
    const auto state = view.source_state(account, source.source);
    if (!state) return store_failed(state.error().message);
    write_source(out, source, *state, view.checkpoint_at(account, source.source), api.clock());
  }
  out.close(']').close('}');
  return response;
}

// The source of the request as the index knows it; nullopt with the refusal filled in.
std::optional<index::SourceState> known_source(const SourcesApi& api, const HttpRequest& request,
                                               HttpResponse& refusal) {
  const std::string& id = request.parameters[0];
  const std::string& account = request.principal.account;
  if (!api.sources.has(account, id)) {
    refusal = source_unknown(id);
    return std::nullopt;
  }
  auto state = api.index.read().source_state(account, id);
  if (!state) {
    refusal = store_failed(state.error().message);
    return std::nullopt;
  }
  return *std::move(state);
}

HttpResponse wrong_mode(const std::string& id, Mode mode, const char* instead) {
  return problem(409, fmt::format("source_{}", to_string(mode)),
                 fmt::format("source '{}' is {}; {}", id, to_string(mode), instead));
}

// The one member of that name of a request's body, alone in it. nullopt with the refusal filled in.
std::optional<text::JsonDocument> read_one(const HttpRequest& request, std::string_view name, HttpResponse& refusal) {
  auto json = read_object(request, refusal);
  if (!json) return std::nullopt;
  BodyFields body(*json);
  body.find(name);
  body.finish();
  if (!body.refused()) return json;
  refusal = problem(400, "bad_field", *body.refused());
  return std::nullopt;
}

HttpResponse sync_source(const SourcesApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const auto body = read_one(request, "kind", refusal);
  if (!body) return refusal;
  const text::JsonView wanted = (*body)["kind"];
  const std::string_view kind = wanted.is_absent() ? "delta" : wanted.text().value_or("");
  const std::string& id = request.parameters[0];
  const auto asked = sync::kRunKindNames.value_of(kind);
  if (!asked) return problem(400, "bad_kind", "kind is delta, full or sweep");
  if (state->mode == Mode::paused) return wrong_mode(id, state->mode, "resume it first");
  if (state->mode == Mode::disabled) return wrong_mode(id, state->mode, "enable it first");
  api.sources.request_run(request.principal.account, id, *asked);
  HttpResponse response;
  response.status = 202;
  text::JsonWriter(response.body).open('{').member("source", id).member("requested", kind).close('}');
  return response;
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

HttpResponse switch_source(const SourcesApi& api, const HttpRequest& request, const Switch& wanted) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const std::string& id = request.parameters[0];
  if (state->mode != wanted.to) {
    if (state->mode == wanted.not_from) return wrong_mode(id, state->mode, wanted.instead);
    const auto done = api.sources.set_mode(request.principal.account, id, wanted.to);
    if (!done) return store_failed(done.error().message);
  }
  HttpResponse response;
  text::JsonWriter(response.body).open('{').member("source", id).member("mode", to_string(wanted.to)).close('}');
  return response;
}

HttpResponse removed_response(const std::string& source, std::uint64_t records) {
  HttpResponse response;
  text::JsonWriter(response.body).open('{').member("source", source).member("removed", records).close('}');
  return response;
}

HttpResponse purge_source(const SourcesApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const auto body = read_one(request, "confirm", refusal);
  if (!body) return refusal;
  const std::string& id = request.parameters[0];
  if ((*body)["confirm"].text() != id) {
    return problem(400, "not_confirmed",
                   fmt::format("this forgets all records of '{0}'; to confirm send {{\"confirm\": \"{0}\"}}", id));
  }
  if (state->mode != Mode::disabled) {
    return problem(409, "source_not_disabled",
                   fmt::format("disable source '{}' first, or it would be filled again", id));
  }
  const auto removed = api.sources.purge(request.principal.account, id);
  if (!removed) return store_failed(removed.error().message);
  return removed_response(id, *removed);
}

HttpResponse confirm_sweep(const SourcesApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  const std::string& id = request.parameters[0];
  if (state->listing != index::SourceState::Listing::awaiting) {
    return problem(409, "nothing_to_confirm", fmt::format("source '{}' waits for no confirmation", id));
  }
  const auto body = read_one(request, "records", refusal);
  if (!body) return refusal;
  // Another listing may have ended since somebody looked.
  const text::JsonView records = (*body)["records"];
  if (!records.is_absent() && records.number() != static_cast<double>(state->awaiting_confirmation)) {
    return problem(409, "other_count",
                   fmt::format("by now {} records of source '{}' wait for a confirmation, not {}",
                               state->awaiting_confirmation, id, records.dump()));
  }
  const auto result = api.sources.confirm_sweep(request.principal.account, id);
  if (!result) return store_failed(result.error().message);
  return removed_response(id, result->swept);
}

void write_count_members(text::JsonWriter& out, const index::ChangeCounts& counts) {
  out.member("added", counts.added).member("updated", counts.updated).member("deleted", counts.deleted);
  out.member("merged", counts.merged).member("skipped", counts.skipped);
}

HttpResponse today(const SourcesApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  if (!known_source(api, request, refusal)) return refusal;
  const std::string& id = request.parameters[0];
  const std::string& account = request.principal.account;
  const index::TimePoint now = api.clock();
  const index::TimePoint since = api.zone(account).day_start(now);
  const auto changes = api.ledger.changes(account, id, since, now + index::kCountingPeriod);
  if (!changes) return store_failed(changes.error().message);
  const auto found = changes->find(id);
  const index::CountsByCause by_cause = found == changes->end() ? index::CountsByCause() : found->second;
  index::ChangeCounts all;
  for (const auto& [cause, counts] : by_cause) all += counts;
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').member("source", id).member("since", since);
  write_count_members(out, all);
  out.key("by_cause").open('{');
  for (const auto& [cause, counts] : by_cause) {
    out.key(to_string(cause)).open('{');
    write_count_members(out, counts);
    out.close('}');
  }
  out.close('}').close('}');
  return response;
}

struct Previewing {
  std::atomic<bool>& flag;
  ~Previewing() { flag = false; }
};

HttpResponse preview(const SourcesApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto state = known_source(api, request, refusal);
  if (!state) return refusal;
  if (state->mode == Mode::disabled) return wrong_mode(request.parameters[0], state->mode, "enable it first");
  const auto body = read_one(request, "records", refusal);
  if (!body) return refusal;
  const text::JsonView wanted = (*body)["records"];
  const std::uint64_t records_max = wanted.is_absent() ? kPreviewDefault : wanted.natural().value_or(0);
  if (records_max < 1 || records_max > sync::SourcePreview::kRecordsMax) {
    return problem(400, "bad_records",
                   fmt::format("records is a number from 1 to {}", sync::SourcePreview::kRecordsMax));
  }
  if (api.previewing->exchange(true)) {
    return problem(429, "preview_busy", "another preview is being made; ask again when it is done");
  }
  const Previewing previewing{*api.previewing};
  auto pending = api.sources.preview(request.principal.account, request.parameters[0], records_max);
  if (!pending || pending->wait_for(kPreviewDeadline) != std::future_status::ready) {
    return problem(504, "source_too_slow",
                   fmt::format("the source gave no preview within {} s", kPreviewDeadline.count()));
  }
  const sync::PreviewAnswer answer = pending->get();
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("records").open('[');
  for (const index::Record& record : answer.records) write_record(out, record);
  out.close(']').key("rejected").open('[');
  for (const sync::Rejected& reject : answer.rejected) {
    out.open('{').member("external_id", reject.external_id).member("reason", to_string(reject.reason));
    out.member("detail", reject.detail).close('}');
  }
  out.close(']').member("ignored", answer.ignored).member("pages", answer.pages);
  answer.error.empty() ? out.null_member("error") : out.member("error", answer.error);
  out.close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> source_routes(index::Index& index, const index::Ledger& ledger, sync::Sources& sources,
                                     Clock clock, std::function<TimeZone(const std::string& account)> zone) {
  const SourcesApi api{index, ledger, sources, std::move(clock), std::move(zone)};
  const auto route = [&api](const char* method, const std::string& path,
                            std::function<HttpResponse(const SourcesApi&, const HttpRequest&)> handler) {
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
    routes.push_back(route("POST", std::string("/v1/sources/{id}/") + wanted.action,
                           [&wanted](const SourcesApi& given, const HttpRequest& request) {
                             return switch_source(given, request, wanted);
                           }));
  }
  return routes;
}

}  // namespace ringdex::server

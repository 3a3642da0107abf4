#include "server/api/records.h"

#include <fmt/format.h>

#include "server/api/json_text.h"
#include "server/api/record_cards.h"
#include "server/api/request_fields.h"

namespace ringdex::server {
namespace {

HttpResponse get_record(const index::Index& index, const Directory& directory, const HttpRequest& request) {
  if (auto card = record_card(directory, request)) return std::move(*card);
  const auto id = index::RecordId::parse(request.parameters[0]);
  if (!id) return bad_record_id();
  const auto found = index.read().get(request.principal.account, *id);
  if (!found) return problem(503, "store_failed", found.error().message);
  if (std::holds_alternative<index::UnknownRecord>(*found)) {
    return problem(404, "record_unknown", fmt::format("no record {} was ever seen", id->to_string()));
  }
  if (std::holds_alternative<index::GoneRecord>(*found)) {
    return problem(410, "record_deleted", fmt::format("{} was deleted in its source", id->to_string()));
  }
  const auto& known = std::get<index::KnownRecord>(*found);
  Json out = record_json(known.record);
  Json aliases = Json::array();
  for (const index::RecordId& alias : known.aliases) aliases.push_back(alias.to_string());
  out["aliases"] = std::move(aliases);
  if (known.record.id != *id) out["asked"] = id->to_string();
  return json_response(out);
}

HttpResponse resync_record(const index::Index& index, sync::SyncScheduler& scheduler, const HttpRequest& request,
                           std::chrono::milliseconds deadline) {
  const auto id = index::RecordId::parse(request.parameters[0]);
  if (!id) return bad_record_id();
  const std::string& account = request.principal.account;
  auto pending = scheduler.resync(account, *id);
  if (!pending) return problem(404, "source_unknown", fmt::format("no source '{}'", id->source));
  sync::ResyncAnswer answer;
  answer.detail = fmt::format("the source did not answer within {} ms; the resync goes on", deadline.count());
  if (pending->wait_for(deadline) == std::future_status::ready) answer = pending->get();
  Json out = {{"outcome", to_string(answer.outcome)}};
  if (!answer.detail.empty()) out["detail"] = answer.detail;
  if (answer.merged_into) out["merged_into"] = answer.merged_into->to_string();
  out["record"] = nullptr;
  if (const auto found = index.read().get(account, *id)) {
    if (const auto* known = std::get_if<index::KnownRecord>(&*found)) out["record"] = record_json(known->record);
  }
  return json_response(out);
}

}  // namespace

std::vector<HttpRoute> record_routes(const index::Index& index, const Directory& directory,
                                     sync::SyncScheduler& scheduler, std::chrono::milliseconds deadline) {
  return {
      {.method = "GET",
       .path = "/v1/records/{id}",
       .scope = Scope::lookup,
       .handler = [&index, &directory](const HttpRequest& request) { return get_record(index, directory, request); }},
      {.method = "POST",
       .path = "/v1/records/{id}/resync",
       .scope = Scope::admin,
       .runs_on = RunsOn::blocking,
       .handler = [&index, &scheduler, deadline](
                      const HttpRequest& request) { return resync_record(index, scheduler, request, deadline); }},
  };
}

}  // namespace ringdex::server

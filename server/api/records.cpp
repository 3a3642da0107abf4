#include "server/api/records.h"

#include <fmt/format.h>

#include "server/api/json_text.h"
#include "server/api/record_cards.h"
#include "server/api/request_fields.h"

namespace ringdex::server {
namespace {

HttpResponse get_record(const index::Index& index, const HttpRequest& request) {
  if (auto card = record_card(index, request)) return std::move(*card);
  const std::string& asked = request.parameters[0];
  const auto known = known_record(index, request.principal.account, asked);
  if (!known) return known.error();
  Json out = record_json(known->record);
  Json aliases = Json::array();
  for (const index::RecordId& alias : known->aliases) aliases.push_back(alias.to_string());
  out["aliases"] = std::move(aliases);
  if (known->record.id.to_string() != asked) out["asked"] = asked;
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

std::vector<HttpRoute> record_routes(const index::Index& index, sync::SyncScheduler& scheduler,
                                     std::chrono::milliseconds deadline) {
  return {
      {.method = "GET",
       .path = "/v1/records/{id}",
       .scope = Scope::lookup | Scope::agent | Scope::admin,
       .handler = [&index](const HttpRequest& request) { return get_record(index, request); }},
      {.method = "POST",
       .path = "/v1/records/{id}/resync",
       .scope = Scope::admin,
       .runs_on = RunsOn::blocking,
       .handler = [&index, &scheduler, deadline](
                      const HttpRequest& request) { return resync_record(index, scheduler, request, deadline); }},
  };
}

}  // namespace ringdex::server

#include "server/api/records.h"

#include <fmt/core.h>

#include "server/api/record_cards.h"
#include "server/api/refusals.h"
#include "server/json/record_json.h"

namespace ringdex::server {
namespace {

HttpResponse get_record(const index::Index& index, const HttpRequest& request) {
  if (auto card = record_card(index, request)) return std::move(*card);
  const std::string& asked = request.parameters[0];
  const auto known = known_record(index, request.principal.account, asked);
  if (!known) return known.error();
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{');
  write_record_members(out, known->record);
  out.key("aliases").open('[');
  for (const index::RecordId& alias : known->aliases) out.text(alias.to_string());
  out.close(']');
  if (known->record.id.to_string() != asked) out.member("asked", asked);
  out.close('}');
  return response;
}

HttpResponse resync_record(const index::Index& index, sync::Sources& sources, const HttpRequest& request,
                           std::chrono::milliseconds deadline) {
  const auto id = index::RecordId::parse(request.parameters[0]);
  if (!id) return bad_record_id();
  const std::string& account = request.principal.account;
  auto pending = sources.resync(account, *id);
  if (!pending) return problem(404, "source_unknown", fmt::format("no source '{}'", id->source));
  sync::ResyncAnswer answer;
  answer.detail = fmt::format("the source did not answer within {} ms; the resync goes on", deadline.count());
  if (pending->wait_for(deadline) == std::future_status::ready) answer = pending->get();
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').member("outcome", to_string(answer.outcome));
  if (!answer.detail.empty()) out.member("detail", answer.detail);
  if (answer.merged_into) out.member("merged_into", answer.merged_into->to_string());
  out.key("record");
  const auto found = index.read().get(account, *id);
  if (const auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr) {
    write_record(out, known->record);
  } else {
    out.null();
  }
  out.close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> record_routes(const index::Index& index, sync::Sources& sources,
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
       .handler = [&index, &sources,
                   deadline](const HttpRequest& request) { return resync_record(index, sources, request, deadline); }},
  };
}

}  // namespace ringdex::server

#include "server/api/record_search.h"

#include <fmt/core.h>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "server/json/record_json.h"
#include "telephony/text/base64.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRecordsDefault = 50;
constexpr std::size_t kRecordsMax = 200;

HttpResponse search_records(const Directory& directory, const HttpRequest& request) {
  const auto limit = read_limit(request, kRecordsDefault, kRecordsMax);
  if (!limit) return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kRecordsMax));
  const auto from = read_hex_cursor(request);
  if (!from) return bad_cursor();
  const std::string* name = request.parameter("name");
  const auto found = directory.find_anybody(request.principal.account, name != nullptr ? *name : "", *from, *limit);
  if (!found) return store_failed(found.error().message);
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("records").open('[');
  for (const index::Record& record : found->records) write_record(out, record);
  out.close(']');
  found->next.empty() ? out.null_member("next") : out.member("next", text::hex(found->next));
  out.member("complete", found->examined_all).close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> record_search_routes(const Directory& directory) {
  return {{.method = "GET",
           .path = "/v1/records",
           .scope = Scope::lookup | Scope::agent | Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&directory](const HttpRequest& request) { return search_records(directory, request); }}};
}

}  // namespace ringdex::server

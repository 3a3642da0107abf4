#include "server/api/shared_numbers.h"

#include <fmt/core.h>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "telephony/text/base64.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kNumbersDefault = 100;
constexpr std::size_t kNumbersMax = 1'000;
// A bound on the time of one request: less than a microsecond each.
constexpr std::size_t kExaminedMax = 200'000;
constexpr std::uint64_t kLeastDefault = 2;
constexpr std::uint64_t kLeastMax = 1'000'000'000;

HttpResponse list_shared(const index::Index& index, const LookupService& lookups, const HttpRequest& request) {
  const auto limit = read_limit(request, kNumbersDefault, kNumbersMax);
  if (!limit) return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kNumbersMax));
  std::optional<std::uint64_t> least = kLeastDefault;
  if (const std::string* text = request.parameter("least")) least = read_count(*text, kLeastMax);
  if (!least || *least < kLeastDefault) {
    return problem(400, "bad_least", fmt::format("least is a number from {} to {}", kLeastDefault, kLeastMax));
  }
  const auto from = read_hex_cursor(request);
  if (!from) return bad_cursor();
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("numbers").open('[');
  const auto settings = lookups.settings(request.principal.account);
  if (settings == nullptr) {
    out.close(']').null_member("next").close('}');
    return response;
  }
  const auto found = index.read().shared_numbers(
      request.principal.account, {.least = *least, .from = *from, .numbers_max = *limit, .examined_max = kExaminedMax},
      [&](std::string_view source) { return settings->source_labels.contains(source); });
  if (!found) return store_failed(found.error().message);
  for (const auto& [number, records] : found->numbers) {
    // Nobody is ever shown for these.
    if (settings->own_numbers.contains(number)) continue;
    out.open('{').member("e164", number.to_e164()).member("records", records).close('}');
  }
  out.close(']');
  found->next.empty() ? out.null_member("next") : out.member("next", text::hex(found->next));
  out.close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> shared_number_routes(const index::Index& index, const LookupService& lookups) {
  return {{.method = "GET",
           .path = "/v1/shared-numbers",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&index, &lookups](const HttpRequest& request) { return list_shared(index, lookups, request); }}};
}

}  // namespace ringdex::server

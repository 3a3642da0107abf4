#include "server/api/caller_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "server/api/json_text.h"
#include "server/api/lookup.h"
#include "server/one_line.h"
#include "telephony/display_name.h"

namespace ringdex::server {
namespace {

using telephony::NameForm;

constexpr std::size_t kLengthMax = 250;

struct Api {
  const DoorLookups& lookups;
  const RecordLinks& links;
  const OwnAddress& address;
};

// How the name is wanted.
struct Wanted {
  NameForm form = NameForm::utf8;
  std::size_t length = telephony::kDisplayNameCharactersMax;  // in characters

  std::string of(std::string_view name) const { return telephony::display_name(name, form, length); }
};

// Words that are none are passed over: whatever is said of them would be shown as somebody's name.
Wanted read_wanted(const HttpRequest& request) {
  Wanted wanted;
  if (const auto* format = request.parameter("format")) {
    wanted.form = telephony::name_form_from(*format).value_or(NameForm::utf8);
  }
  if (const auto* length = request.parameter("length")) {
    std::size_t value = 0;
    const char* const end = length->data() + length->size();
    if (std::from_chars(length->data(), end, value).ptr == end && value > 0)
      wanted.length = std::min(value, kLengthMax);
  }
  return wanted;
}

void read_options(const Api& api, const HttpRequest& request, LookupRequest& lookup) {
  lookup.account = request.principal.account;
  if (const auto* called = request.parameter("called")) lookup.called = *called;
  if (const auto* agent = request.parameter("agent")) lookup.agent = *agent;
  if (const auto* region = request.parameter("region"); region && api.lookups.service().knows_region(*region)) {
    lookup.region = *region;
  }
  if (const auto* plan = request.parameter("plan")) {
    lookup.plan = telephony::plan_from(*plan).value_or(telephony::Plan::automatic);
  }
}

// The name that the phone system knew by itself.
std::string_view fallback(const HttpRequest& request) {
  for (const std::string_view name : {"name", "default"}) {
    if (const auto* value = request.parameter(name)) return *value;
  }
  return {};
}

void write_text(HttpResponse& response, std::string text) {
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
}

std::string call_info(const Api& api, const HttpRequest& request, const LookupAnswer& answer) {
  if (answer.candidates.empty() || !answer.has_default) return {};
  const index::RecordId id = answer.leading(answer.candidates.front()).id();
  return fmt::format("<{}{}>;purpose=jcard", api.address.for_client(request),
                     api.links.path_to(request.principal.account, id, api.lookups.now()));
}

void get_name(const Api& api, const HttpRequest& request, HttpResponse& response) {
  LookupRequest lookup;
  read_options(api, request, lookup);
  if (const auto* number = request.parameter("number")) lookup.number = *number;
  const auto found = ask(api.lookups, lookup, request, response);
  if (!found) return;
  if (const auto* format = request.parameter("format"); format && *format == "call-info") {
    return write_text(response, *found ? call_info(api, request, **found) : std::string());
  }
  const Wanted wanted = read_wanted(request);
  std::string name;
  if (*found) name = wanted.of(one_line(**found));
  write_text(response, name.empty() ? wanted.of(fallback(request)) : std::move(name));
}

bool wants_json(const HttpRequest& request) {
  if (const auto* format = request.parameter("format")) return *format == "json";
  const auto* accepted = request.header("accept");
  return accepted == nullptr || !accepted->contains("text/");
}

// JSON where nobody is known is 404 there too; clients of the text form would show its body.
void get_opencnam(const Api& api, const HttpRequest& request, HttpResponse& response) {
  LookupRequest lookup;
  read_options(api, request, lookup);
  lookup.number = request.parameters[0];
  const auto found = ask(api.lookups, lookup, request, response);
  if (!found) return;
  const Wanted wanted = read_wanted(request);
  std::string name;
  if (*found) name = wanted.of(one_line(**found));
  if (!wants_json(request)) return write_text(response, std::move(name));
  const auto& parsed = *found ? (*found)->number.parsed : std::nullopt;
  const std::string number = parsed ? parsed->number.to_e164() : std::string(lookup.number);
  if (name.empty()) {
    response = json_response({{"err", "no name is known for this number"}, {"number", number}});
    response.status = 404;
    return;
  }
  response = json_response({{"name", name}, {"number", number}, {"price", 0.0}, {"uri", "/v2/phone/" + number}});
}

}  // namespace

std::vector<HttpRoute> caller_name_routes(const DoorLookups& lookups, const RecordLinks& links,
                                          const OwnAddress& address) {
  const Api api{lookups, links, address};
  std::vector<HttpRoute> routes;
  const auto add = [&](std::string path, auto handler) {
    routes.push_back({.method = "GET",
                      .path = std::move(path),
                      .scope = Scope::lookup,
                      .handler = [api, handler](const HttpRequest& request,
                                                HttpResponse& response) { handler(api, request, response); },
                      .simple_client = true});
  };
  add("/cnam", get_name);
  add("/v2/phone/{number}", get_opencnam);
  add("/v3/phone/{number}", get_opencnam);
  return routes;
}

}  // namespace ringdex::server

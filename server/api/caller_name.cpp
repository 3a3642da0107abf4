#include "server/api/caller_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "server/api/lookup.h"
#include "server/lookup/caller_line.h"
#include "telephony/formats/display_name.h"
#include "telephony/text/json_writer.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

using telephony::NameForm;

constexpr std::size_t kLengthMax = 250;

struct CallerNameApi {
  DoorLookups lookups;
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

void read_options(const CallerNameApi& api, const HttpRequest& request, LookupRequest& lookup) {
  lookup.account = request.principal.account;
  if (const auto* called = request.parameter("called")) lookup.called = *called;
  if (const auto* agent = request.parameter("agent")) lookup.agent = *agent;
  if (const auto* region = request.parameter("region")) lookup.region = api.lookups.service().known_region(*region);
  if (const auto* plan = request.parameter("plan")) {
    lookup.plan = telephony::plan_from(*plan).value_or(telephony::Plan::automatic);
  }
}

// The name that the phone system knew by itself. FreePBX encodes nothing in it but spaces and commas ("AT&T"), so it
// goes on up to the next parameter that there is.
std::string fallback(const HttpRequest& request) {
  static constexpr std::string_view kParameters[] = {"number", "called",       "region",  "plan",
                                                     "format", "length",       "agent",   "key",
                                                     "name",   "presentation", "default", "auth_token"};
  const std::string_view target = request.target;
  const auto starts_at = [&](std::size_t at) {
    return std::ranges::any_of(kParameters, [&](std::string_view name) {
      return target.substr(at).starts_with(name) && target.substr(at + name.size()).starts_with('=');
    });
  };
  for (const std::string_view name : {"name=", "default="}) {
    for (const char mark : {'?', '&'}) {
      const std::size_t found = target.find(mark + std::string(name));
      if (found == std::string_view::npos) continue;
      const std::size_t first = found + 1 + name.size();
      std::size_t end = first;
      while (end < target.size() && !(target[end] == '&' && starts_at(end + 1))) ++end;
      std::string text;
      text::append_percent_decoded(text, target.substr(first, end - first), text::UrlPart::query);
      return text;
    }
  }
  return {};
}

// Whether the caller's number must not be shown: Asterisk's CALLERID(pres), as its name or its number (restricted 0x20,
// unavailable 0x40).
bool is_withheld(const HttpRequest& request) {
  const auto* presentation = request.parameter("presentation");
  if (presentation == nullptr) return false;
  int value = 0;
  const char* const end = presentation->data() + presentation->size();
  if (std::from_chars(presentation->data(), end, value).ptr == end) return (value & 0x60) != 0;
  return presentation->starts_with("prohib") || presentation->starts_with("unavailable");
}

void write_text(HttpResponse& response, std::string text) {
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
}

// The person's card, if the line is one person's.
std::string call_info(const CallerNameApi& api, const HttpRequest& request, const LookupAnswer& answer) {
  // Without a configured address the callee's phone would be sent to what the PBX calls this server.
  if (!shows_one_person(answer) || !api.address.is_configured()) return {};
  const index::RecordId id = answer.pick()->id();
  return fmt::format("<{}{}>;purpose=jcard", api.address.configured(),
                     api.links.path_to(request.principal.account, id, api.lookups.now()));
}

void write_name(const CallerNameApi& api, const HttpRequest& request, const DoorLookups::Found& found,
                HttpResponse& response) {
  if (const auto* format = request.parameter("format"); format && *format == "call-info") {
    return write_text(response, found ? call_info(api, request, *found) : std::string());
  }
  const Wanted wanted = read_wanted(request);
  std::string name;
  if (found) name = wanted.of(caller_line(*found));
  write_text(response, name.empty() ? wanted.of(fallback(request)) : std::move(name));
}

// What is captured by reference outlives the answer.
void get_name(const CallerNameApi& api, const HttpRequest& request, HttpResponse& response) {
  LookupRequest lookup;
  read_options(api, request, lookup);
  if (const auto* number = request.parameter("number"); number && !is_withheld(request)) lookup.number = *number;
  ask(api.lookups, lookup, response,
      [&](const DoorLookups::Found& found, HttpResponse& answer) { write_name(api, request, found, answer); });
}

bool wants_json(const HttpRequest& request) {
  if (const auto* format = request.parameter("format")) return *format == "json";
  const auto* accepted = request.header("accept");
  return accepted == nullptr || !accepted->contains("text/");
}

// JSON where nobody is known is 404 there too; clients of the text form would show its body.
void write_opencnam(const HttpRequest& request, std::string_view asked, const DoorLookups::Found& found,
                    HttpResponse& response) {
  const Wanted wanted = read_wanted(request);
  std::string name;
  if (found) name = wanted.of(caller_line(*found));
  if (!wants_json(request)) return write_text(response, std::move(name));
  const auto& parsed = found ? found->number.parsed : std::nullopt;
  const std::string number = parsed ? parsed->number.to_e164() : std::string(asked);
  text::JsonWriter out(response.body);
  if (name.empty()) {
    response.status = 404;
    out.open('{').member("err", "no name is known for this number").member("number", number).close('}');
    return;
  }
  const index::Card& pick = *found->pick();
  out.open('{').member("name", name).member("number", number).member("price", 0.0);
  out.member("uri", "/" + request.path[0] + "/phone/" + number).member("created", pick.first_indexed_at);
  out.member("updated", pick.updated_at.value_or(pick.first_indexed_at)).close('}');
}

void get_opencnam(const CallerNameApi& api, const HttpRequest& request, HttpResponse& response) {
  LookupRequest lookup;
  read_options(api, request, lookup);
  if (!request.parameters.empty()) lookup.number = request.parameters[0];
  ask(api.lookups, lookup, response,
      [&request, asked = lookup.number](const DoorLookups::Found& found, HttpResponse& answer) {
        write_opencnam(request, asked, found, answer);
      });
}

}  // namespace

std::vector<HttpRoute> caller_name_routes(const DoorLookups& lookups, const RecordLinks& links,
                                          const OwnAddress& address) {
  const CallerNameApi api{lookups, links, address};
  std::vector<HttpRoute> routes;
  const auto add = [&](std::string path, auto handler) {
    routes.push_back(
        {.method = "GET",
         .path = std::move(path),
         .scope = Scope::lookup,
         .handler = [api, handler](const HttpRequest& request,
                                   HttpResponse& response) { handler(api, request, response); },
         .simple_client = true,
         .refusal_text = [](const HttpRequest& request) { return read_wanted(request).of(fallback(request)); }});
  };
  add("/cnam", get_name);
  // FreeSWITCH makes nothing of a caller who is anonymous, and asks all the same.
  for (const std::string base : {"/v2/phone", "/v3/phone"}) {
    add(base, get_opencnam);
    add(base + "/{number}", get_opencnam);
  }
  return routes;
}

}  // namespace ringdex::server

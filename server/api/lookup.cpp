#include "server/api/lookup.h"

#include <fmt/format.h>

#include "server/api/json_text.h"
#include "server/json/lookup_json.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kNumbersPerRequestMax = 100;

HttpResponse failure(const LookupError& error) {
  switch (error.kind) {
    case LookupError::Kind::unknown_account:
      return problem(404, "unknown_account", error.message);
    case LookupError::Kind::unknown_region:
      return problem(400, "unknown_region", error.message);
    case LookupError::Kind::store:
      return problem(503, "store_failed", error.message);
  }
  return problem(500, "internal_error", error.message);
}

// The query's words on how to read a number; false: one of them is wrong.
bool read_options(const HttpRequest& request, LookupRequest& lookup, HttpResponse& refusal) {
  lookup.account = request.principal.account;
  if (const auto* region = request.parameter("region")) lookup.region = *region;
  if (const auto* called = request.parameter("called")) lookup.called = *called;
  if (const auto* agent = request.parameter("agent")) lookup.agent = *agent;
  if (const auto* plan = request.parameter("plan")) {
    const auto known = telephony::plan_from(*plan);
    if (!known) {
      refusal = problem(400, "bad_plan", "plan is auto, e164 or national");
      return false;
    }
    lookup.plan = *known;
  }
  return true;
}

void write_explained(const DoorLookups& lookups, const LookupRequest& lookup, HttpResponse& response) {
  std::vector<std::string> steps;
  const auto found = lookups.answer(lookup, &steps);
  if (!found) {
    response = failure(found.error());
    return;
  }
  text::JsonWriter out(response.body);
  out.open('{').key<"steps">().open('[');
  for (const std::string& step : steps) out.text(step);
  out.close(']').key<"answer">();
  write_answer(out, *found);
  out.close('}');
}

void get_lookup(const DoorLookups& lookups, const HttpRequest& request, bool explain, HttpResponse& response) {
  LookupRequest lookup;
  if (!read_options(request, lookup, response)) return;
  const std::string* number = request.parameter("number");
  if (number == nullptr) {
    response = problem(400, "number_missing", "name the number: ?number=%2B13105550123");
    return;
  }
  lookup.number = *number;
  if (explain) return write_explained(lookups, lookup, response);
  const auto found = ask(lookups, lookup, request, response);
  if (!found) return;
  if (*found) {
    text::JsonWriter out(response.body);
    write_answer(out, **found);
  } else {
    response = failure(found->error());
  }
}

// Body: {"numbers": ["+1…", …], "region"?, "called"?, "plan"?, "agent"?}; one answer a number, in their order.
HttpResponse post_lookup(const DoorLookups& lookups, const HttpRequest& request) {
  HttpResponse refusal;
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  HttpRequest options;
  options.principal = request.principal;
  for (const auto& [name, value] : body->items()) {
    if (name == "numbers") continue;
    if (name != "region" && name != "called" && name != "plan" && name != "agent") {
      return problem(400, "unknown_field",
                     fmt::format("unknown field '{}'; there are numbers, region, called, plan, agent", name));
    }
    if (!value.is_string()) return problem(400, "bad_field", fmt::format("'{}' must be a text", name));
    NamedText& option = options.query.add();
    option.name = name;
    option.value = value.get<std::string>();
  }
  LookupRequest lookup;
  if (!read_options(options, lookup, refusal)) return refusal;
  const auto numbers = body->find("numbers");
  if (numbers == body->end() || !numbers->is_array() || numbers->empty() || numbers->size() > kNumbersPerRequestMax) {
    return problem(400, "bad_numbers", fmt::format("'numbers' must be a list of 1 to {} texts", kNumbersPerRequestMax));
  }
  HttpResponse response;
  text::JsonWriter answers(response.body);
  answers.open('{').key<"answers">().open('[');
  for (const auto& number : *numbers) {
    if (!number.is_string()) return problem(400, "bad_numbers", "each of 'numbers' must be a text");
    lookup.number = number.get_ref<const std::string&>();
    const auto found = lookups.answer(lookup);
    if (!found) return failure(found.error());
    write_answer(answers, *found);
  }
  answers.close(']').close('}');
  return response;
}

}  // namespace

std::string asked_number(const HttpRequest& request, std::string_view parameter) {
  const std::string* value = request.parameter(parameter);
  if (value == nullptr) return {};
  return value->starts_with(' ') ? '+' + value->substr(1) : *value;
}

std::optional<DoorLookups::Found> ask(const DoorLookups& lookups, const LookupRequest& lookup,
                                      const HttpRequest& request, HttpResponse& response) {
  if (request.may_wait) return lookups.finish_live(lookup);
  auto found = lookups.answer_or_wait(lookup);
  response.wants_to_wait = !found.has_value();
  return found;
}

std::vector<HttpRoute> lookup_routes(const DoorLookups& lookups) {
  // An agent or admin looks numbers up in the console.
  constexpr Scope kScopes = Scope::lookup | Scope::agent | Scope::admin;
  return {
      {.method = "GET",
       .path = "/v1/lookup",
       .scope = kScopes,
       .handler = [&lookups](const HttpRequest& request,
                             HttpResponse& response) { get_lookup(lookups, request, false, response); }},
      // A hundred busy numbers take their time, and must not keep a ring waiting on the same thread.
      {.method = "POST",
       .path = "/v1/lookup",
       .scope = Scope::lookup,
       .runs_on = RunsOn::blocking,
       .handler = [&lookups](const HttpRequest& request) { return post_lookup(lookups, request); }},
      {.method = "GET",
       .path = "/v1/explain",
       .scope = kScopes,
       .handler = [&lookups](const HttpRequest& request,
                             HttpResponse& response) { get_lookup(lookups, request, true, response); }},
  };
}

}  // namespace ringdex::server

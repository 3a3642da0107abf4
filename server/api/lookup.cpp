#include "server/api/lookup.h"

#include <fmt/core.h>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "server/json/lookup_json.h"

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
      return store_failed(error.message);
  }
  return problem(500, "internal_error", error.message);
}

// The words on how to read a number.
constexpr std::string_view kOptions[] = {"region", "called", "plan", "agent"};

// Takes one of them; false if it is wrong.
bool read_option(std::string_view name, std::string_view value, LookupRequest& lookup, HttpResponse& refusal) {
  if (name == "region") lookup.region = value;
  if (name == "called") lookup.called = value;
  if (name == "agent") lookup.agent = value;
  if (name != "plan") return true;
  const auto plan = telephony::plan_from(value);
  if (plan) {
    lookup.plan = *plan;
  } else {
    refusal = problem(400, "bad_plan", "plan is auto, e164 or national");
  }
  return plan.has_value();
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
  lookup.account = request.principal.account;
  for (const std::string_view name : kOptions) {
    const std::string* value = request.parameter(name);
    if (value != nullptr && !read_option(name, *value, lookup, response)) return;
  }
  const std::string* number = request.parameter("number");
  if (number == nullptr) {
    response = problem(400, "number_missing", "name the number: ?number=%2B13105550123");
    return;
  }
  lookup.number = *number;
  if (explain) return write_explained(lookups, lookup, response);
  ask(lookups, lookup, response, [](const DoorLookups::Found& found, HttpResponse& answer) {
    if (found) {
      text::JsonWriter out(answer.body);
      write_answer(out, *found);
    } else {
      answer = failure(found.error());
    }
  });
}

// Body: {"numbers": ["+1…", …], "region"?, "called"?, "plan"?, "agent"?}; one answer a number, in their order.
HttpResponse post_lookup(const DoorLookups& lookups, const HttpRequest& request) {
  HttpResponse refusal;
  const auto json = read_object(request, refusal);
  if (!json) return refusal;
  BodyFields body(*json);
  LookupRequest lookup;
  lookup.account = request.principal.account;
  const text::JsonView numbers = body.find("numbers");
  for (const std::string_view name : kOptions) {
    const text::JsonView value = body.find(name);
    if (value.is_absent()) continue;
    const auto text = value.text();
    if (!text) return problem(400, "bad_field", fmt::format("'{}' must be a text", name));
    if (!read_option(name, *text, lookup, refusal)) return refusal;
  }
  body.finish();
  if (body.refused()) return problem(400, "unknown_field", *body.refused());
  if (!numbers.is_list() || numbers.empty() || numbers.size() > kNumbersPerRequestMax) {
    return problem(400, "bad_numbers", fmt::format("'numbers' must be a list of 1 to {} texts", kNumbersPerRequestMax));
  }
  HttpResponse response;
  text::JsonWriter answers(response.body);
  answers.open('{').key<"answers">().open('[');
  for (const text::JsonView number : numbers) {
    const auto text = number.text();
    if (!text) return problem(400, "bad_numbers", "each of 'numbers' must be a text");
    lookup.number = *text;
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

std::vector<HttpRoute> lookup_routes(const DoorLookups& lookups) {
  // An agent or admin looks numbers up in the console.
  constexpr Scope kScopes = Scope::lookup | Scope::agent | Scope::admin;
  return {
      {.method = "GET",
       .path = "/v1/lookup",
       .scope = kScopes,
       .handler = [lookups](const HttpRequest& request,
                            HttpResponse& response) { get_lookup(lookups, request, false, response); }},
      // A hundred busy numbers take their time, and must not keep a ring waiting on the same thread.
      {.method = "POST",
       .path = "/v1/lookup",
       .scope = Scope::lookup,
       .runs_on = RunsOn::blocking,
       .handler = [lookups](const HttpRequest& request) { return post_lookup(lookups, request); }},
      {.method = "GET",
       .path = "/v1/explain",
       .scope = kScopes,
       .handler = [lookups](const HttpRequest& request,
                            HttpResponse& response) { get_lookup(lookups, request, true, response); }},
  };
}

}  // namespace ringdex::server

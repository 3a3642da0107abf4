#include "server/api/lookup.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/api/json_text.h"
#include "server/api/json_writer.h"
#include "server/api/lookup_json.h"
#include "telephony/number_variants.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kNumbersPerRequestMax = 100;

struct Api {
  const LookupService& service;
  Metrics& metrics;
  Clock clock;
  bool mask_numbers;
  LiveLookups* live;
};

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

void log_answer(const Api& api, const LookupRequest& request, const LookupAnswer& answer) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto& parsed = answer.number.parsed;
  const std::string number = !parsed ? "-" : (api.mask_numbers ? parsed->number.masked() : parsed->number.to_e164());
  spdlog::debug("lookup account={} number={} match={} total={}{}{}", request.account, number, to_string(answer.match),
                answer.total, answer.unmatchable ? " unmatchable=" : "",
                answer.unmatchable ? to_string(*answer.unmatchable) : "");
}

// A number that the mirror does not know and that the CRMs may be asked for.
bool is_for_live(const Api& api, const LookupRequest& request, const LookupAnswer& answer) {
  return answer.match == Match::none && !answer.unmatchable && answer.number.parsed && answer.account->live_deadline &&
         api.live != nullptr && api.live->serves(request.account);
}

void count(const Api& api, const LookupRequest& request, const std::expected<LookupAnswer, LookupError>& found,
           const Metrics::Timer& timer) {
  if (found) {
    api.metrics.lookup_answered(*found, timer.elapsed());
    log_answer(api, request, *found);
  } else {
    api.metrics.lookup_failed();
    spdlog::warn("lookup account={} failed: {}", request.account, found.error().message);
  }
}

// From the mirror alone.
std::expected<LookupAnswer, LookupError> answer(const Api& api, const LookupRequest& request,
                                                std::vector<std::string>* steps = nullptr) {
  const Metrics::Timer timer;
  auto found = api.service.lookup(request, api.clock(), steps);
  count(api, request, found, timer);
  return found;
}

// The same, and if the mirror knows nobody, after the CRMs were asked. Nothing: it would have to wait for them, which
// this thread may not.
std::optional<std::expected<LookupAnswer, LookupError>> answer_live(const Api& api, const LookupRequest& request,
                                                                    bool may_wait) {
  const Metrics::Timer timer;
  auto found = api.service.lookup(request, api.clock());
  const bool is_live = found && is_for_live(api, request, *found);
  if (is_live && !may_wait && api.live->take_place()) return std::nullopt;
  if (is_live && may_wait) {
    const auto number = telephony::canonical(found->number.parsed->number);
    const auto deadline = *found->account->live_deadline;
    // A view that is held keeps old versions in memory.
    found = std::unexpected(LookupError{});
    const auto inquiry = api.live->begin(std::string(request.account), number);
    api.metrics.live_asked(LiveLookups::wait(inquiry.get(), deadline));
    found = api.service.lookup(request, api.clock());
  }
  count(api, request, found, timer);
  return found;
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

void write_explained(const Api& api, const LookupRequest& lookup, HttpResponse& response) {
  std::vector<std::string> steps;
  const auto found = answer(api, lookup, &steps);
  if (!found) {
    response = failure(found.error());
    return;
  }
  JsonWriter out(response.body);
  out.open('{').key<"steps">().open('[');
  for (const std::string& step : steps) out.text(step);
  out.close(']').key<"answer">();
  write_answer(out, *found);
  out.close('}');
}

void get_lookup(const Api& api, const HttpRequest& request, bool explain, HttpResponse& response) {
  LookupRequest lookup;
  if (!read_options(request, lookup, response)) return;
  const std::string* number = request.parameter("number");
  if (number == nullptr) {
    response = problem(400, "number_missing", "name the number: ?number=%2B13105550123");
    return;
  }
  lookup.number = *number;
  if (explain) return write_explained(api, lookup, response);
  // It waits only after it took a place.
  const LiveLookups::Place place(request.may_wait ? api.live : nullptr);
  const auto found = answer_live(api, lookup, request.may_wait);
  if (!found) {
    response.wants_to_wait = true;
  } else if (*found) {
    JsonWriter out(response.body);
    write_answer(out, **found);
  } else {
    response = failure(found->error());
  }
}

// Body: {"numbers": ["+1…", …], "region"?, "called"?, "plan"?, "agent"?}; one answer a number, in their order.
HttpResponse post_lookup(const Api& api, const HttpRequest& request) {
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
  JsonWriter answers(response.body);
  answers.open('{').key<"answers">().open('[');
  for (const auto& number : *numbers) {
    if (!number.is_string()) return problem(400, "bad_numbers", "each of 'numbers' must be a text");
    lookup.number = number.get_ref<const std::string&>();
    const auto found = answer(api, lookup);
    if (!found) return failure(found.error());
    write_answer(answers, *found);
  }
  answers.close(']').close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> lookup_routes(const LookupService& service, Metrics& metrics, Clock clock, bool mask_numbers,
                                     LiveLookups* live) {
  const Api api{service, metrics, std::move(clock), mask_numbers, live};
  return {
      {.method = "GET",
       .path = "/v1/lookup",
       .scope = Scope::lookup,
       .handler = [api](const HttpRequest& request,
                        HttpResponse& response) { get_lookup(api, request, false, response); }},
      // A hundred busy numbers take their time, and must not keep a ring waiting on the same thread.
      {.method = "POST",
       .path = "/v1/lookup",
       .scope = Scope::lookup,
       .runs_on = RunsOn::blocking,
       .handler = [api](const HttpRequest& request) { return post_lookup(api, request); }},
      {.method = "GET",
       .path = "/v1/explain",
       .scope = Scope::lookup,
       .handler = [api](const HttpRequest& request,
                        HttpResponse& response) { get_lookup(api, request, true, response); }},
  };
}

}  // namespace ringdex::server

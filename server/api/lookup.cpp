#include "server/api/lookup.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/api/json_text.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kNumbersPerRequestMax = 100;

struct Api {
  const LookupService& service;
  Metrics& metrics;
  Clock clock;
  bool mask_numbers;
};

Json number_json(const AnsweredNumber& number) {
  Json out = {{"input", number.input}};
  if (!number.parsed) {
    for (const char* name : {"e164", "region", "national", "type"}) out[name] = nullptr;
    out["valid"] = false;
    out["reading"] = nullptr;
    return out;
  }
  out["e164"] = number.parsed->number.to_e164();
  out["region"] = number.facts.region;
  out["national"] = number.facts.national;
  out["type"] = number.facts.type;
  out["valid"] = number.facts.valid;
  out["reading"] = to_string(number.reading);
  if (!number.parsed->extension.empty()) out["extension"] = number.parsed->extension;
  if (number.parsed->repair != telephony::Repair::none) out["repair"] = to_string(number.parsed->repair);
  return out;
}

Json candidate_json(const Candidate& candidate) {
  Json records = Json::array();
  for (const CandidateRecord& record : candidate.records) {
    records.push_back(
        {{"id", record.id.to_string()}, {"source", record.id.source}, {"label", record.label}, {"url", record.url}});
  }
  const index::Record& leading = candidate.leading;
  Json phone = {{"raw", candidate.phone.raw}, {"label", candidate.phone.label}};
  if (!candidate.phone.extension.empty()) phone["extension"] = candidate.phone.extension;
  return {{"id", leading.id.to_string()},
          {"name", leading.name.empty() ? leading.organization : leading.name},
          {"organization", leading.organization},
          {"kind", to_string(leading.id.kind)},
          {"source", leading.id.source},
          {"label", candidate.label},
          {"phone", std::move(phone)},
          {"url", leading.url},
          {"records", std::move(records)}};
}

Json answer_json(const LookupAnswer& answer) {
  Json out = {{"match", to_string(answer.match)}};
  if (answer.unmatchable) out["unmatchable"] = to_string(*answer.unmatchable);
  out["number"] = number_json(answer.number);
  Json candidates = Json::array();
  for (const Candidate& candidate : answer.candidates) candidates.push_back(candidate_json(candidate));
  out["candidates"] = std::move(candidates);
  out["total"] = answer.total;
  out["default"] = answer.candidates.empty() ? Json(nullptr) : Json(answer.candidates.front().leading.id.to_string());
  out["default_reason"] = answer.default_reason ? Json{{"rule", answer.default_reason->rule},
                                                       {"because", answer.default_reason->because}}
                                                : Json(nullptr);
  if (answer.shared_organization) out["shared"] = {{"organization", *answer.shared_organization}};
  Json freshness = Json::object();
  for (const auto& [source, age] : answer.freshness) freshness[source] = age ? Json(age->count()) : Json(nullptr);
  out["freshness"] = std::move(freshness);
  out["position"] = answer.position;
  return out;
}

HttpResponse failure(const LookupError& error) {
  switch (error.kind) {
    case LookupError::Kind::unknown_account: return problem(404, "unknown_account", error.message);
    case LookupError::Kind::unknown_region: return problem(400, "unknown_region", error.message);
    case LookupError::Kind::store: return problem(503, "store_failed", error.message);
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

std::expected<LookupAnswer, LookupError> answer(const Api& api, const LookupRequest& request,
                                                std::vector<std::string>* steps = nullptr) {
  const Metrics::Timer timer;
  auto found = api.service.lookup(request, api.clock(), steps);
  if (found) {
    api.metrics.lookup_answered(*found, timer.elapsed());
    log_answer(api, request, *found);
  } else {
    api.metrics.lookup_failed();
    spdlog::warn("lookup account={} failed: {}", request.account, found.error().message);
  }
  return found;
}

// The query's words on how to read a number; false: one of them is wrong.
bool read_options(const HttpRequest& request, LookupRequest& lookup, HttpResponse& refusal) {
  lookup.account = request.principal.account;
  if (const auto* region = request.parameter("region")) lookup.region = *region;
  if (const auto* called = request.parameter("called")) lookup.called = *called;
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

HttpResponse get_lookup(const Api& api, const HttpRequest& request, bool explain) {
  LookupRequest lookup;
  HttpResponse refusal;
  if (!read_options(request, lookup, refusal)) return refusal;
  const std::string* number = request.parameter("number");
  if (number == nullptr) return problem(400, "number_missing", "name the number: ?number=%2B13105550123");
  lookup.number = *number;
  std::vector<std::string> steps;
  const auto found = answer(api, lookup, explain ? &steps : nullptr);
  if (!found) return failure(found.error());
  if (!explain) return json_response(answer_json(*found));
  return json_response({{"steps", steps}, {"answer", answer_json(*found)}});
}

// Body: {"numbers": ["+1…", …], "region"?, "called"?, "plan"?}; one answer a number, in their order.
HttpResponse post_lookup(const Api& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  HttpRequest options;
  options.principal = request.principal;
  for (const auto& [name, value] : body->items()) {
    if (name == "numbers") continue;
    if (name != "region" && name != "called" && name != "plan") {
      return problem(400, "unknown_field", fmt::format("unknown field '{}'; there are numbers, region, called, plan", name));
    }
    if (!value.is_string()) return problem(400, "bad_field", fmt::format("'{}' must be a text", name));
    options.query.emplace_back(name, value.get<std::string>());
  }
  LookupRequest lookup;
  if (!read_options(options, lookup, refusal)) return refusal;
  const auto numbers = body->find("numbers");
  if (numbers == body->end() || !numbers->is_array() || numbers->empty() || numbers->size() > kNumbersPerRequestMax) {
    return problem(400, "bad_numbers", fmt::format("'numbers' must be a list of 1 to {} texts", kNumbersPerRequestMax));
  }
  Json answers = Json::array();
  for (const auto& number : *numbers) {
    if (!number.is_string()) return problem(400, "bad_numbers", "each of 'numbers' must be a text");
    lookup.number = number.get<std::string>();
    const auto found = answer(api, lookup);
    if (!found) return failure(found.error());
    answers.push_back(answer_json(*found));
  }
  return json_response({{"answers", std::move(answers)}});
}

}  // namespace

std::vector<HttpRoute> lookup_routes(const LookupService& service, Metrics& metrics, Clock clock, bool mask_numbers) {
  const Api api{service, metrics, std::move(clock), mask_numbers};
  return {
      {.method = "GET", .path = "/v1/lookup", .scope = Scope::lookup,
       .handler = [api](const HttpRequest& request) { return get_lookup(api, request, false); }},
      // A hundred busy numbers take their time, and must not keep a ring waiting on the same thread.
      {.method = "POST", .path = "/v1/lookup", .scope = Scope::lookup, .may_block = true,
       .handler = [api](const HttpRequest& request) { return post_lookup(api, request); }},
      {.method = "GET", .path = "/v1/explain", .scope = Scope::lookup,
       .handler = [api](const HttpRequest& request) { return get_lookup(api, request, true); }},
  };
}

}  // namespace ringdex::server

#include "tests/support/fakes/fake_pipedrive_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "telephony/text/base64.h"
#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;
using Order = FakePipedriveStore::Table::Order;

constexpr std::size_t kLimitMax = 500;
constexpr std::size_t kLimitDefault = 100;
constexpr auto kShutOut = std::chrono::minutes(5);

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

FakeAnswer problem(int status, const std::string& error) {
  return {status,
          json{{"success", false},
               {"error", error},
               {"error_info", "Please check developers.pipedrive.com"},
               {"data", nullptr},
               {"additional_data", nullptr}}
              .dump(),
          {}};
}
FakeAnswer good(const std::string& data) {
  return {200, "{\"success\":true,\"data\":" + data + "}", {}};
}
FakeAnswer unauthorized() {
  return {401, R"({"success":false,"error":"unauthorized access","errorCode":401})", {}};
}

// https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
std::uint64_t token_cost(const std::string& method, std::string_view path) {
  if (path.ends_with("/merge")) return 40;
  if (method != "GET") return path.starts_with("/v2/") ? 3 : 6;
  if (path == "/v1/leads/archived") return 40;
  if (path == "/v1/leads" || path.ends_with("/search")) return 20;
  if (path == "/v2/persons" || path == "/v2/organizations" || path == "/v1/webhooks") return 10;
  return path.starts_with("/v1/") ? 2 : 1;
}

// All that a cursor is bound to: the query without the cursor itself.
std::string parameters_of(const FakeRequest& request) {
  std::string text;
  for (const auto& [name, value] : request.params) {
    if (name != "cursor" && name != "api_token") text += name + "=" + value + "&";
  }
  return text;
}

std::int64_t milliseconds_of(TimePoint time) {
  return time.time_since_epoch().count();
}

// Nothing: no time. An absent parameter is `otherwise`.
std::optional<std::int64_t> time_param(const FakeRequest& request, const char* name, std::int64_t otherwise) {
  const std::string text = request.param(name);
  if (text.empty()) return otherwise;
  const auto time = text::parse_iso_time(text);
  return time ? std::optional(milliseconds_of(*time)) : std::nullopt;
}

std::string joined_rows(const std::vector<const std::string*>& rows, bool null_for_empty) {
  if (rows.empty() && null_for_empty) return "null";
  std::string text = "[";
  for (const auto* row : rows) text += (text.size() == 1 ? "" : ",") + *row;
  return text + "]";
}

}  // namespace

FakePipedriveApi::FakePipedriveApi(FakePipedriveOptions given) : options(std::move(given)) {
  refresh_token = options.refresh_token;
}

TimePoint FakePipedriveApi::now() const {
  return options.clock ? options.clock()
                       : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

FakeAnswer FakePipedriveApi::answer(const FakeRequest& request) {
  ++counts["total"];
  store.purge(now());
  if (request.path == "/oauth/token") {
    ++counts["token"];
    return give_token(request);
  }
  // "/api/v1/..." and "/v1/..." are the same.
  std::string_view path = request.path;
  if (path.starts_with("/api/")) path.remove_prefix(4);
  FakeAnswer result;
  if (now() < shut_out_until_) {
    ++counts["shut_out"];
    return {
        403, "<html><title>Access denied</title></html>", {{"Content-Type", "text/html"}, {"Server", "cloudflare"}}};
  }
  if (!authorized(request)) {
    ++counts["refused"];
    return unauthorized();
  }
  if (auto limit = limited(path)) {
    result = *std::move(limit);
  } else {
    const auto cost = token_cost(request.method, path);
    day_used_ += cost;
    counts["tokens"] += cost;
    refusals_ = 0;
    result = route(request, path);
  }
  add_limit_headers(result);
  return result;
}

std::optional<FakeAnswer> FakePipedriveApi::limited(std::string_view path) {
  const auto day = std::chrono::floor<std::chrono::days>(now()).time_since_epoch().count();
  if (day != std::exchange(day_, day)) day_used_ = 0;
  const std::int64_t window = milliseconds_of(now()) / std::chrono::milliseconds(options.burst_window).count();
  if (window != std::exchange(window_, window)) window_used_ = 0;
  const bool burst = options.burst_limit != 0 && window_used_ >= options.burst_limit;
  const bool over = options.daily_tokens != 0 && day_used_ + token_cost("GET", path) > options.daily_tokens;
  if (!burst && !over) {
    ++window_used_;
    return std::nullopt;
  }
  if (over) day_used_ = options.daily_tokens;
  ++counts["limited"];
  if (options.shut_out_after != 0 && ++refusals_ >= options.shut_out_after) shut_out_until_ = now() + kShutOut;
  return FakeAnswer{429, R"({"success":false,"error":"request over limit","errorCode":429})", {}};
}

void FakePipedriveApi::add_limit_headers(FakeAnswer& answer) const {
  if (options.burst_limit != 0) {
    const auto length = std::chrono::milliseconds(options.burst_window).count();
    const auto rest = length - milliseconds_of(now()) % length;
    answer.headers["X-RateLimit-Limit"] = std::to_string(options.burst_limit);
    answer.headers["X-RateLimit-Remaining"] =
        std::to_string(options.burst_limit - std::min(options.burst_limit, window_used_));
    answer.headers["X-RateLimit-Reset"] = std::to_string((rest + 999) / 1000);
  }
  if (options.daily_tokens != 0) {
    answer.headers["X-Daily-RateLimit-Token-Limit"] = std::to_string(options.daily_tokens);
    answer.headers["X-Daily-RateLimit-Token-Remaining"] =
        std::to_string(options.daily_tokens - std::min(options.daily_tokens, day_used_));
  }
}

bool FakePipedriveApi::authorized(const FakeRequest& request) const {
  if (!options.api_token.empty()) {
    if (request.header("x-api-token") == options.api_token || request.param("api_token") == options.api_token) {
      return true;
    }
  }
  return !access_token.empty() && now() < access_token_ends_ &&
         request.header("authorization") == "Bearer " + access_token;
}

FakeAnswer FakePipedriveApi::give_token(const FakeRequest& request) {
  const auto refused = [](int status, const char* error) {
    return FakeAnswer{status, json{{"success", false}, {"error", error}, {"message", error}}.dump(), {}};
  };
  const std::string client = "Basic " + text::base64_encode(options.client_id + ":" + options.client_secret);
  if (request.header("authorization") != client) return refused(401, "invalid_client");
  if (request.param("grant_type") != "refresh_token") return refused(400, "unsupported_grant_type");
  if (refresh_token.empty() || request.param("refresh_token") != refresh_token) return refused(400, "invalid_grant");
  ++tokens_given_;
  access_token = "access-" + std::to_string(tokens_given_);
  refresh_token = "refresh-" + std::to_string(tokens_given_);
  access_token_ends_ = now() + options.access_token_lifetime;
  return {200,
          json{{"access_token", access_token},
               {"refresh_token", refresh_token},
               {"token_type", "Bearer"},
               {"scope", "base,contacts:read,leads:read,search:read"},
               {"expires_in", options.access_token_lifetime.count()},
               {"api_domain", options.api_domain.empty() ? base_url : options.api_domain}}
              .dump(),
          {}};
}

FakeAnswer FakePipedriveApi::route(const FakeRequest& request, std::string_view path) {
  const auto rest_of = [&path](std::string_view prefix) -> std::optional<std::string_view> {
    if (!path.starts_with(prefix)) return std::nullopt;
    return path.substr(prefix.size());
  };
  if (path == "/v2/persons") return list(request, store.person_table());
  if (path == "/v2/organizations") return list(request, store.organization_table());
  if (path == "/v2/persons/search") return search(request);
  if (path == "/v1/leads") return lead_list(request, false);
  if (path == "/v1/leads/archived") return lead_list(request, true);
  if (path == "/v2/personFields") {
    return good(R"([{"field_name":"Name","field_code":"name","field_type":"varchar"},)"
                R"({"field_name":"Phone","field_code":"phone","field_type":"phone"}])");
  }
  if (const auto rest = rest_of("/v2/persons/")) return one_person(request, *rest);
  if (const auto rest = rest_of("/v1/persons/")) return one_person(request, *rest);
  if (const auto rest = rest_of("/v1/leads/")) return one_lead(request, std::string(*rest));
  if (const auto rest = rest_of("/v1/webhooks")) return webhooks(request, *rest);
  if (const auto rest = rest_of("/v2/organizations/")) {
    const auto id = number<std::uint64_t>(*rest);
    const auto* row = id ? store.organization_table().find(*id) : nullptr;
    if (row == nullptr || row->hidden) return problem(404, "Entity was not found");
    return good(row->json);
  }
  return {404, R"({"success":false,"error":"Unknown method ."})", {}};
}

std::string FakePipedriveApi::cursor_of(const FakePipedriveStore::Table::Position& position,
                                        const std::string& parameters) {
  // Two cursors to one place differ, as nothing promises that they do not.
  return text::base64_encode(json{
      {"key", position.first}, {"id", position.second}, {"p", parameters}, {"age", cursor_age}, {"n", ++cursors_given_}}
                                 .dump());
}

std::optional<FakePipedriveStore::Table::Position> FakePipedriveApi::position_of(const std::string& cursor,
                                                                                 const std::string& parameters) const {
  const auto text = text::base64_decode(cursor);
  const auto read = text ? json::parse(*text, nullptr, false) : json();
  if (!read.is_object() || read.value("p", "") != parameters || read.value("age", 0U) != cursor_age) return {};
  return FakePipedriveStore::Table::Position{read.value("key", std::int64_t{0}), read.value("id", std::uint64_t{0})};
}

FakeAnswer FakePipedriveApi::list(const FakeRequest& request, const FakePipedriveStore::Table& table) {
  ++counts["list"];
  if (const auto ids = request.param("ids"); !ids.empty()) return by_ids(ids, table);
  const std::string limit_text = request.param("limit");
  const auto limit = limit_text.empty() ? kLimitDefault : number<std::size_t>(limit_text).value_or(0);
  const auto fields = request.param("custom_fields");
  const auto since = time_param(request, "updated_since", std::numeric_limits<std::int64_t>::min());
  const auto until = time_param(request, "updated_until", std::numeric_limits<std::int64_t>::max());
  const std::string sort = request.param("sort_by");
  if (limit < 1 || limit > kLimitMax) return problem(400, "Parameter 'limit' must be between 1 and 500");
  if (std::ranges::count(fields, ',') > 14) return problem(400, "At most 15 custom fields may be asked for");
  if (!since || !until) return problem(400, "Parameter 'updated_since' must be in RFC3339 format");
  if (!sort.empty() && sort != "id" && sort != "update_time" && sort != "add_time") {
    return problem(400, "Parameter 'sort_by' is invalid");
  }
  if (request.param("sort_direction") == "desc") return problem(400, "this fake sorts upwards only");
  const Order order = sort == "update_time" ? Order::update_time : sort == "add_time" ? Order::add_time : Order::id;

  const std::string parameters = parameters_of(request);
  const std::string cursor = request.param("cursor");
  FakePipedriveStore::Table::Position from{std::numeric_limits<std::int64_t>::min(), 0};
  if (!cursor.empty()) {
    const auto position = position_of(cursor, parameters);
    if (!position) return problem(400, "Invalid cursor");
    from = *position;
  }
  std::vector<FakePipedriveStore::Table::Position> rows;
  std::string next;
  if (options.empty_pages > 0) {
    --options.empty_pages;
    next = cursor_of(from, parameters);
  } else {
    const std::size_t count = limit * options.overfill;
    rows = table.after(order, from, *since, *until, count + 1);
    if (rows.size() > count) {
      rows.pop_back();
      next = cursor_of(rows.back(), parameters);
    }
  }
  if (options.stand_still) next = cursor.empty() ? cursor_of(from, parameters) : cursor;
  std::vector<const std::string*> texts;
  for (const auto& row : rows) texts.push_back(&table.find(row.second)->json);
  return {200,
          "{\"success\":true,\"data\":" + joined_rows(texts, options.null_for_empty) +
              ",\"additional_data\":{\"next_cursor\":" + (next.empty() ? "null" : "\"" + next + "\"") + "}}",
          {}};
}

FakeAnswer FakePipedriveApi::by_ids(const std::string& ids, const FakePipedriveStore::Table& table) const {
  std::vector<const std::string*> texts;
  std::string_view rest = ids;
  while (!rest.empty() && texts.size() < 100) {
    const auto comma = rest.find(',');
    const auto id = number<std::uint64_t>(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const auto* row = id ? table.find(*id) : nullptr;
    if (row != nullptr && !row->hidden) texts.push_back(&row->json);
  }
  return {200,
          "{\"success\":true,\"data\":" + joined_rows(texts, options.null_for_empty) +
              ",\"additional_data\":{\"next_cursor\":null}}",
          {}};
}

FakeAnswer FakePipedriveApi::lead_list(const FakeRequest& request, bool archived) const {
  const auto limit = number<std::size_t>(request.param("limit")).value_or(kLimitDefault);
  const auto start = number<std::size_t>(request.param("start")).value_or(0);
  const auto since = time_param(request, archived ? "" : "updated_since", std::numeric_limits<std::int64_t>::min());
  const std::string sort = request.param("sort");
  if (!since) return problem(400, "updated_since is invalid");
  const bool by_update = sort.starts_with("update_time");
  if (!sort.empty() && !by_update && !sort.starts_with("add_time")) return problem(400, "sort is invalid");
  const auto& table = store.lead_table(archived);
  const auto ids = table.all(
      by_update ? FakePipedriveStore::LeadTable::Order::update_time : FakePipedriveStore::LeadTable::Order::add_time,
      sort.ends_with(" DESC"), *since);
  const std::size_t count = std::clamp<std::size_t>(limit, 1, kLimitMax) * options.overfill;
  std::vector<const std::string*> texts;
  std::size_t at = start;
  for (; at < ids.size() && texts.size() < count; ++at) texts.push_back(&table.find(ids[at])->json);
  const bool more = at < ids.size() || options.stand_still;
  json pagination{{"start", start}, {"limit", limit}, {"more_items_in_collection", more}};
  if (more) pagination["next_start"] = options.stand_still ? start : at;
  return {200,
          "{\"success\":true,\"data\":" + joined_rows(texts, options.null_for_empty) +
              ",\"additional_data\":" + json{{"pagination", pagination}}.dump() + "}",
          {}};
}

FakeAnswer FakePipedriveApi::search(const FakeRequest& request) const {
  const std::string term = request.param("term");
  if (term.size() < 2) return problem(400, "term must be at least 2 characters");
  const std::string fields = request.param("fields");
  const auto limit = number<std::size_t>(request.param("limit")).value_or(kLimitDefault);
  json items = json::array();
  for (const auto id : store.persons_by_digits(term, fields.find("custom_fields") != std::string::npos, limit)) {
    const auto& person = *store.person(id);
    json phones = json::array();
    for (const auto& phone : person.phones) phones.push_back(phone.value);
    items.push_back(
        {{"result_score", 0.5}, {"item", {{"id", id}, {"type", "person"}, {"name", person.name}, {"phones", phones}}}});
  }
  return {200,
          json{{"success", true}, {"data", {{"items", items}}}, {"additional_data", {{"next_cursor", nullptr}}}}.dump(),
          {}};
}

FakeAnswer FakePipedriveApi::one_person(const FakeRequest& request, std::string_view rest) {
  ++counts["record"];
  const auto slash = rest.find('/');
  const auto id = number<std::uint64_t>(rest.substr(0, slash));
  const auto* row = id ? store.person_table().find(*id) : nullptr;
  if (row == nullptr || row->hidden) return problem(404, "Entity was not found");
  if (slash != std::string_view::npos) {
    if (rest.substr(slash) != "/merge" || request.method != "PUT") return problem(404, "Unknown method");
    const auto body = json::parse(request.body, nullptr, false);
    const auto winner = body.is_object() ? body.value("merge_with_id", std::uint64_t{0}) : 0;
    if (!merge || !merge(*id, winner)) return problem(400, "The persons cannot be merged");
    return good(v1_person_json(*store.person(winner), *id));
  }
  if (request.path.starts_with("/v1") || request.path.starts_with("/api/v1")) return problem(410, "Gone: use API v2");
  if (request.method == "DELETE") {
    if (!remove_person || !remove_person(*id)) return problem(404, "Entity was not found");
    return good(json{{"id", *id}}.dump());
  }
  return good(row->json);
}

FakeAnswer FakePipedriveApi::one_lead(const FakeRequest& request, const std::string& id) {
  ++counts["record"];
  const auto* lead = store.lead(id);
  if (lead == nullptr) return problem(404, "Lead not found");
  if (request.method == "DELETE") {
    if (remove_lead) remove_lead(id);
    return good(json{{"id", id}}.dump());
  }
  return good(store.lead_table(lead->archived).find(id)->json);
}

FakeAnswer FakePipedriveApi::webhooks(const FakeRequest& request, std::string_view rest) {
  if (request.method == "POST") {
    auto hook = json::parse(request.body, nullptr, false);
    if (!hook.is_object()) return problem(400, "no body");
    hook["id"] = hooks_.size() + 1;
    hook["is_active"] = 1;
    hooks_.push_back(hook);
    return {201, json{{"success", true}, {"data", hook}}.dump(), {}};
  }
  if (request.method == "DELETE") {
    const auto id = number<std::uint64_t>(rest.empty() ? rest : rest.substr(1));
    const auto found = std::ranges::find_if(hooks_, [&](const json& hook) { return id && hook["id"] == *id; });
    if (found == hooks_.end()) return problem(404, "Webhook not found");
    hooks_.erase(found);
    return good("null");
  }
  return good(hooks_.dump());
}

}  // namespace ringdex::test_support

#include "tests/support/fakes/fake_salesforce_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>

#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;

constexpr std::string_view kData = "/services/data";

FakeAnswer good(const json& body) {
  return {200, body.dump(), {}};
}

// "v60.0/query" of "/services/data/v60.0/query/"; empty: no path of the API.
std::string rest_of(const FakeRequest& request) {
  if (!request.path.starts_with(kData)) return {};
  std::string rest = request.path.substr(kData.size());
  while (rest.ends_with('/')) rest.pop_back();
  return rest;
}

std::size_t bytes_of(const FakeRequest& request) {
  std::size_t bytes = request.target.size();
  for (const auto& [name, value] : request.headers) bytes += name.size() + value.size() + 4;
  return bytes;
}

std::string digits_of(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

// A phone field as the search sees it: split at everything that is no letter or digit, and as a whole.
bool bears(const std::string& phone, const std::string& term) {
  std::vector<std::string> words = {digits_of(phone), ""};
  for (const char c : phone) {
    const bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (plain) words.back() += c;
    if (!plain) words.emplace_back();
  }
  return std::ranges::any_of(words, [&](const std::string& word) {
    return term.starts_with('*') ? word.ends_with(term.substr(1)) : word == term;
  });
}

}  // namespace

FakeAnswer fake_salesforce_error(int status, const std::string& code, const std::string& message) {
  return {status, json::array({{{"message", message}, {"errorCode", code}}}).dump(), {}};
}

FakeSalesforceApi::FakeSalesforceApi(FakeSalesforceOptions given)
    : options(std::move(given)), refresh_token_(options.refresh_token) {}

TimePoint FakeSalesforceApi::now() const {
  return options.clock ? options.clock()
                       : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

bool FakeSalesforceApi::is_authorized(const FakeRequest& request) const {
  const std::string given = request.header("authorization");
  if (!given.starts_with("Bearer ")) return false;
  const std::string token = given.substr(7);
  if (!options.fixed_token.empty() && token == options.fixed_token) return true;
  const auto known = access_tokens_.find(token);
  return known != access_tokens_.end() && now() < known->second;
}

std::optional<FakeAnswer> FakeSalesforceApi::limited(const FakeRequest&) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
  if (day_ != seconds / 86'400) {
    day_ = seconds / 86'400;
    api_requests_today = 0;
  }
  if (minute_ != seconds / 60) {
    minute_ = seconds / 60;
    in_minute_ = 0;
  }
  if (api_requests_today >= options.daily_limit) {
    ++counts["limited"];
    return fake_salesforce_error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  }
  if (options.requests_per_minute != 0 && in_minute_ >= options.requests_per_minute) {
    ++counts["limited"];
    return fake_salesforce_error(403, "REQUEST_LIMIT_EXCEEDED",
                                 "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  }
  ++in_minute_;
  ++api_requests_today;
  return std::nullopt;
}

FakeAnswer FakeSalesforceApi::answer(const FakeRequest& request) {
  ++counts["total"];
  store.show_late(now());
  if (request.path == "/services/oauth2/token") {
    ++counts["token"];
    return give_token(request);
  }
  const std::string rest = rest_of(request);
  if (rest.empty() && request.path.starts_with(kData)) {
    return good(json::array({{{"label", "Winter '24"}, {"url", "/services/data/v59.0"}, {"version", "59.0"}},
                             {{"label", "Spring '24"}, {"url", "/services/data/v60.0"}, {"version", "60.0"}}}));
  }
  if (bytes_of(request) > options.uri_bytes_max) {
    ++counts["too_long"];
    return {request.target.size() > options.uri_bytes_max / 2 ? 414 : 431, "<h1>URI or header too long</h1>", {}};
  }
  if (!is_authorized(request)) {
    ++counts["refused"];
    return fake_salesforce_error(401, "INVALID_SESSION_ID", "Session expired or invalid");
  }
  auto limit = limited(request);
  FakeAnswer result = limit ? *std::move(limit) : route(request);
  result.headers["Sforce-Limit-Info"] =
      fmt::format("api-usage={}/{}; per-app-api-usage=17/250(appName=sample)", api_requests_today, options.daily_limit);
  return result;
}

FakeAnswer FakeSalesforceApi::route(const FakeRequest& request) {
  std::string rest = rest_of(request);
  const auto version_end = rest.find('/', 1);
  rest = version_end == std::string::npos ? "" : rest.substr(version_end + 1);
  if (request.method != "GET") return fake_salesforce_error(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed");
  if (rest == "query" || rest == "queryAll") {
    ++counts["query"];
    return query(request, rest == "queryAll");
  }
  if (rest == "search") {
    ++counts["search"];
    return search(request);
  }
  if (rest.starts_with("query/")) {
    ++counts["more"];
    return query_more(rest.substr(6));
  }
  constexpr std::string_view kObjects = "sobjects/";
  if (rest.starts_with(kObjects)) {
    const auto end = rest.find('/', kObjects.size());
    const auto* object = store.object(rest.substr(kObjects.size(), end - kObjects.size()));
    const std::string what = end == std::string::npos ? "" : rest.substr(end + 1);
    if (object != nullptr && what == "describe") {
      ++counts["describe"];
      return describe(*object);
    }
    if (object != nullptr && what == "deleted") {
      ++counts["deleted"];
      return deleted(request, *object);
    }
  }
  return fake_salesforce_error(404, "NOT_FOUND", "The requested resource does not exist");
}

FakeAnswer FakeSalesforceApi::query(const FakeRequest& request, bool with_deleted) {
  const auto parsed = parse_fake_soql(request.param("q"));
  if (!parsed) return fake_salesforce_error(400, "MALFORMED_QUERY", "unexpected token");
  const auto* object = store.object(parsed->object);
  if (object == nullptr) {
    return fake_salesforce_error(400, "INVALID_TYPE", "sObject type '" + parsed->object + "' is not supported.");
  }
  if (const auto wrong = check_fake_soql(*parsed, *object)) {
    return fake_salesforce_error(400, wrong->code, wrong->message);
  }
  const auto [from, until] = fake_soql_window(*parsed);
  const bool too_many = options.timeout_rows != 0 && parsed->limit.value_or(SIZE_MAX) > options.timeout_rows;
  const bool too_long = options.timeout_window.count() != 0 && from && until &&
                        *until - *from > std::max<std::chrono::milliseconds>(options.timeout_window, {});
  if (too_many || too_long) {
    ++counts["timeouts"];
    return fake_salesforce_error(400, "QUERY_TIMEOUT", "Your query request was running for too long.");
  }
  FakeSoql effective = *parsed;
  if (effective.limit) *effective.limit *= options.overfill;
  const bool ordered = !parsed->order.empty();
  if (options.stand_still && ordered && last_ordered_.contains(parsed->object)) {
    return {200, last_ordered_.at(parsed->object), {}};
  }
  Locator locator{run_fake_soql(effective, *object, with_deleted), effective, with_deleted};
  const std::string name = fmt::format("01gFAKE{:08}", ++locators_given_);
  const FakeAnswer result = batch(locator, 0, name);
  if (ordered) last_ordered_[parsed->object] = result.body;
  if (locators_.size() > 1'000) locators_.clear();
  locators_[name] = std::move(locator);
  return result;
}

FakeAnswer FakeSalesforceApi::batch(const Locator& locator, std::size_t start, const std::string& name) {
  auto& object = *store.object(locator.query.object);
  std::size_t end = std::min(locator.ids.size(), start + std::max<std::size_t>(options.batch_rows, 1));
  if (std::exchange(empty_next_batch, false)) end = start;
  std::string rows;
  for (std::size_t i = start; i < end; ++i) {
    const auto* row = object.row(locator.ids[i]);
    if (row == nullptr) continue;
    if (!rows.empty()) rows += ',';
    rows += row_json(locator.query, object, *row);
  }
  const bool done = end == locator.ids.size() && !(end == start && start == 0 && !locator.ids.empty());
  const std::string next =
      done ? "" : fmt::format(R"("nextRecordsUrl":"/services/data/v60.0/query/{}-{}",)", name, end);
  return {
      200, fmt::format(R"({{"totalSize":{},"done":{},{}"records":[{}]}})", locator.ids.size(), done, next, rows), {}};
}

FakeAnswer FakeSalesforceApi::query_more(const std::string& locator) {
  const auto dash = locator.rfind('-');
  const auto found = locators_.find(locator.substr(0, dash));
  std::size_t start = 0;
  const char* end = locator.data() + locator.size();
  const bool good_start =
      dash != std::string::npos && std::from_chars(locator.data() + dash + 1, end, start).ec == std::errc();
  if (found == locators_.end() || !good_start || start > found->second.ids.size()) {
    return fake_salesforce_error(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
  }
  return batch(found->second, start, found->first);
}

std::string FakeSalesforceApi::row_json(const FakeSoql& query, FakeSalesforceObject& object,
                                        const FakeSalesforceRow& row) {
  const auto attributes = [](const std::string& type, const std::string& id) {
    return fmt::format(R"("attributes":{{"type":"{0}","url":"/services/data/v60.0/sobjects/{0}/{1}"}})", type, id);
  };
  std::string result = "{" + attributes(object.name(), row.id);
  for (const auto& field : query.fields) {
    const auto point = field.find('.');
    if (point == std::string::npos) {
      const auto* known = object.visible_field(field);
      result += ",\"" + field + "\":" + (known == nullptr ? "null" : object.json(row, *known).dump());
      continue;
    }
    const std::string relationship = field.substr(0, point);
    const std::string id = relationship == "MasterRecord" ? row.master_id : object.text(row, "AccountId");
    auto& other = relationship == "MasterRecord" ? object : store.accounts;
    const auto* behind = id.empty() ? nullptr : other.row(id);
    result += ",\"" + relationship + "\":";
    if (behind == nullptr) {
      result += "null";
    } else {
      result += "{" + attributes(other.name(), id) + ",\"Name\":" + json(other.text(*behind, "Name")).dump() + "}";
    }
  }
  return result + "}";
}

FakeAnswer FakeSalesforceApi::describe(const FakeSalesforceObject& object) const {
  json fields = json::array();
  for (const auto& field : object.fields()) {
    if (field.hidden) continue;
    fields.push_back({{"name", field.name},
                      {"type", field.type},
                      {"label", field.name},
                      {"filterable", true},
                      {"relationshipName", field.relationship.empty() ? json() : json(field.relationship)}});
  }
  return good({{"name", object.name()}, {"replicateable", true}, {"queryable", true}, {"fields", fields}});
}

FakeAnswer FakeSalesforceApi::deleted(const FakeRequest& request, const FakeSalesforceObject& object) const {
  using std::chrono::minutes;
  const auto start = text::parse_iso_time(request.param("start"));
  const auto end = text::parse_iso_time(request.param("end"));
  if (!start || !end) return fake_salesforce_error(400, "MALFORMED_QUERY", "start and end");
  const auto from = std::chrono::floor<minutes>(*start);
  const auto until = std::chrono::floor<minutes>(*end);
  if (until - from <= minutes(1) || *start < now() - options.deletion_log_reach) {
    return fake_salesforce_error(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date");
  }
  json rows = json::array();
  for (const auto& deletion : object.deletions) {
    if (deletion.at < from || deletion.at >= until) continue;
    if (!options.log_purges && object.row(deletion.id) == nullptr) continue;
    rows.push_back({{"id", deletion.id},
                    {"deletedDate", fake_salesforce_time(std::chrono::floor<std::chrono::seconds>(deletion.at))}});
  }
  if (rows.size() > options.deletion_ids_max) {
    return fake_salesforce_error(400, "EXCEEDED_ID_LIMIT", "too many ids");
  }
  const auto trimmed = trimmed_log.find(object.name());
  const TimePoint earliest = trimmed == trimmed_log.end() ? now() - options.deletion_log_reach : trimmed->second;
  return good({{"deletedRecords", rows},
               {"earliestDateAvailable", fake_salesforce_time(earliest)},
               {"latestDateCovered", fake_salesforce_time(until)}});
}

FakeAnswer FakeSalesforceApi::search(const FakeRequest& request) {
  static const std::regex kFind(R"(FIND \{(\*?[0-9]+)\} IN PHONE FIELDS RETURNING (.+))");
  static const std::regex kObject(R"((Account|Contact|Lead)\(([^()]*?)( WHERE IsConverted = false)?( LIMIT \d+)?\))");
  std::smatch find;
  const std::string text = request.param("q");
  if (!std::regex_match(text, find, kFind)) return fake_salesforce_error(400, "MALFORMED_SEARCH", "No search term");
  const std::string term = find[1];
  const std::string returning = find[2];
  std::string rows;
  for (std::sregex_iterator at(returning.begin(), returning.end(), kObject), end; at != end; ++at) {
    auto& object = *store.object((*at)[1]);
    const auto query = parse_fake_soql("SELECT " + (*at)[2].str() + " FROM " + object.name());
    if (!query) return fake_salesforce_error(400, "MALFORMED_SEARCH", "fields");
    if (const auto wrong = check_fake_soql(*query, object)) {
      return fake_salesforce_error(400, wrong->code, wrong->message);
    }
    std::size_t left = (*at)[4].matched ? std::stoul((*at)[4].str().substr(7)) : 2'000;
    for (const auto& [id, row] : object.rows()) {
      if (left == 0) break;
      if (row.deleted || ((*at)[3].matched && object.text(row, "IsConverted") == "true")) continue;
      const bool found = std::ranges::any_of(object.fields(), [&](const FakeSalesforceField& field) {
        return field.type == "phone" && bears(object.text(row, field.name), term);
      });
      if (!found) continue;
      --left;
      if (!rows.empty()) rows += ',';
      rows += row_json(*query, object, row);
    }
  }
  return {200, options.bare_search_list ? "[" + rows + "]" : R"({"searchRecords":[)" + rows + "]}", {}};
}

}  // namespace ringdex::test_support

#include "tests/support/fakes/fake_zendesk_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "telephony/text/base64.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

FakeAnswer problem(int status, const std::string& error, const std::string& description) {
  return {status, json{{"error", error}, {"description", description}}.dump(), {}};
}
FakeAnswer not_found() {
  return problem(404, "RecordNotFound", "Not found");
}
FakeAnswer good(std::string body) {
  return {200, std::move(body), {}};
}

// "1576613539.0||467|" and, for cursors of a later age, that age.
std::string cursor_of(FakeZendeskStore::Position position, unsigned age) {
  return text::base64_encode(
      fmt::format("{}.0||{}|{}", position.first, position.second, age == 0 ? "" : std::to_string(age)));
}

// The same place in other letters, as an empty page leads on without moving.
std::string other_cursor_of(FakeZendeskStore::Position position, unsigned age) {
  return text::base64_encode(
      fmt::format("{}.0||0{}|{}", position.first, position.second, age == 0 ? "" : std::to_string(age)));
}

std::optional<FakeZendeskStore::Position> position_of(const std::string& cursor, unsigned age) {
  const auto text = text::base64_decode(cursor);
  if (!text) return std::nullopt;
  const auto dot = text->find(".0||");
  const auto bar = text->rfind('|');
  if (dot == std::string::npos || bar <= dot + 3) return std::nullopt;
  if (text->substr(bar + 1) != (age == 0 ? "" : std::to_string(age))) return std::nullopt;
  const auto second = number<std::int64_t>(std::string_view(*text).substr(0, dot));
  const auto id = number<std::uint64_t>(std::string_view(*text).substr(dot + 4, bar - dot - 4));
  if (!second || !id) return std::nullopt;
  return FakeZendeskStore::Position{*second, *id};
}

}  // namespace

FakeZendeskApi::FakeZendeskApi(FakeZendeskOptions given) : options(std::move(given)) {
  refresh_token = options.refresh_token;
}

TimePoint FakeZendeskApi::now() const {
  return options.clock ? options.clock()
                       : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::int64_t FakeZendeskApi::horizon() const {
  // The second that is not over yet is always left out: a cursor that is past it would skip its later changes.
  return std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count() -
         (options.leave_out_last_minute ? 60 : 1);
}

FakeAnswer FakeZendeskApi::answer(const FakeRequest& request) {
  ++counts["total"];
  const bool is_export = request.path.starts_with("/api/v2/incremental/");
  ++counts[request.path == "/oauth/tokens" ? "token" : is_export ? "export" : "account"];
  FakeAnswer result;
  if (request.path == "/oauth/tokens") {
    result = give_token(request);
  } else if (auto limit = limited(request)) {
    result = *std::move(limit);
  } else if (!authorized(request)) {
    ++counts["refused"];
    result = {401, R"({"error":"Couldn't authenticate you"})", {}};
  } else {
    result = route(request);
  }
  if (options.account_per_minute != 0) {
    const auto left = options.account_per_minute - std::min(options.account_per_minute, account_window_.used);
    result.headers["X-Rate-Limit"] = std::to_string(options.account_per_minute);
    result.headers["X-Rate-Limit-Remaining"] = std::to_string(left);
  }
  return result;
}

std::optional<FakeAnswer> FakeZendeskApi::limited(const FakeRequest& request) {
  const bool is_export = request.path.starts_with("/api/v2/incremental/");
  const auto limit = is_export ? options.export_per_minute : options.account_per_minute;
  auto& window = is_export ? export_window_ : account_window_;
  if (limit == 0) return std::nullopt;
  const auto second = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
  if (window.minute != second / 60) window = {second / 60, 0};
  if (window.used < limit) {
    ++window.used;
    return std::nullopt;
  }
  ++counts["limited"];
  auto result = problem(429, "TooManyRequests", "Rate limit exceeded");
  result.headers["Retry-After"] = std::to_string(60 - second % 60);
  return result;
}

bool FakeZendeskApi::authorized(const FakeRequest& request) const {
  const std::string given = request.header("authorization");
  if (!options.token.empty() && given == "Basic " + text::base64_encode(options.email + "/token:" + options.token)) {
    return true;
  }
  if (!options.bearer.empty() && given == "Bearer " + options.bearer) return true;
  return !access_token.empty() && now() < access_token_ends_ && given == "Bearer " + access_token;
}

FakeAnswer FakeZendeskApi::give_token(const FakeRequest& request) {
  const auto body = json::parse(request.body, nullptr, false);
  if (!body.is_object() || body.value("grant_type", "") != "refresh_token") {
    return problem(400, "invalid_request", "grant_type");
  }
  if (body.value("client_id", "") != options.client_id || body.value("client_secret", "") != options.client_secret) {
    return problem(401, "invalid_client", "no such client");
  }
  if (refresh_token.empty() || body.value("refresh_token", "") != refresh_token) {
    return problem(400, "invalid_grant", "The provided authorization grant is invalid");
  }
  ++tokens_given_;
  access_token = "access-" + std::to_string(tokens_given_);
  refresh_token = "refresh-" + std::to_string(tokens_given_);
  access_token_ends_ = now() + options.access_token_lifetime;
  return good(json{{"access_token", access_token},
                   {"refresh_token", refresh_token},
                   {"token_type", "bearer"},
                   {"expires_in", options.access_token_lifetime.count()}}
                  .dump());
}

FakeAnswer FakeZendeskApi::route(const FakeRequest& request) {
  std::string_view path = request.path;
  if (path.ends_with(".json")) path.remove_suffix(5);
  if (path == "/api/v2/incremental/users/cursor") return export_users(request);
  if (path == "/api/v2/incremental/organizations") return export_organizations(request);
  if (path == "/api/v2/users/show_many") return show_many(request);
  if (path == "/api/v2/users/search") return search(request, "users");
  if (path == "/api/v2/search") return search(request, "results");
  if (path == "/api/v2/deleted_users") return deleted_users();
  constexpr std::string_view kUsers = "/api/v2/users/";
  constexpr std::string_view kOrganizations = "/api/v2/organizations/";
  if (path.starts_with(kUsers)) return one_user(request, path.substr(kUsers.size()));
  if (path.starts_with(kOrganizations)) {
    const auto id = number<std::uint64_t>(path.substr(kOrganizations.size()));
    const auto* organization = id ? store.organization(*id) : nullptr;
    if (organization == nullptr || organization->deleted) return not_found();
    return good("{\"organization\":" + store.organization_json(*id) + "}");
  }
  return problem(404, "InvalidEndpoint", "Not found");
}

FakeAnswer FakeZendeskApi::export_users(const FakeRequest& request) {
  const auto asked = number<std::size_t>(request.param("per_page")).value_or(1000);
  if (options.too_large_above != 0 && asked > options.too_large_above) {
    return {504, "upstream request timeout", {}};
  }
  const std::size_t count = std::min(asked, options.users_per_page_max) * options.page_factor;
  FakeZendeskStore::Position from;
  std::string cursor = request.param("cursor");
  if (!cursor.empty()) {
    const auto position = position_of(cursor, cursor_age);
    if (!position) return problem(400, "InvalidValue", "cursor is invalid");
    from = *position;
  } else {
    const auto start = number<std::int64_t>(request.param("start_time"));
    if (!start) return problem(400, "InvalidValue", "start_time is missing");
    if (*start > horizon()) {
      return problem(422, "InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds");
    }
    from = {*start, 0};
  }
  auto rows = store.users_after(from, horizon(), count + 1);
  bool end = rows.size() <= count;
  if (!end) rows.pop_back();
  if (options.stand_still && !cursor.empty()) {
    end = false;
  } else if (options.empty_pages > 0) {
    --options.empty_pages;
    rows.clear();
    end = false;
    cursor = other_cursor_of(from, cursor_age);
  } else if (!rows.empty()) {
    cursor = cursor_of(rows.back(), cursor_age);
  }

  std::string body = "{\"users\":[";
  std::string identity_rows;
  for (const auto& row : rows) {
    if (body.back() != '[') body += ',';
    body += store.user_json(row.second);
    const std::string& more = store.identities_json(row.second);
    if (!identity_rows.empty() && !more.empty()) identity_rows += ',';
    identity_rows += more;
  }
  body += ']';
  if (options.sideload_identities && request.param("include").find("identities") != std::string::npos) {
    body += ",\"identities\":[" + identity_rows + "]";
  }
  body +=
      ",\"after_cursor\":" + (cursor.empty() ? "null" : "\"" + cursor + "\"") +
      ",\"after_url\":null,\"before_cursor\":null,\"before_url\":null,\"end_of_stream\":" + (end ? "true" : "false") +
      "}";
  return good(std::move(body));
}

FakeAnswer FakeZendeskApi::export_organizations(const FakeRequest& request) {
  const auto start = number<std::int64_t>(request.param("start_time"));
  if (!start) return problem(400, "InvalidValue", "start_time is missing");
  if (*start > horizon()) {
    return problem(422, "InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds");
  }
  const std::size_t count = options.organizations_per_page;
  const auto rows = store.organizations_from(*start, horizon(), count);
  std::string body = "{\"organizations\":[";
  for (const auto& row : rows) {
    if (body.back() != '[') body += ',';
    body += store.organization_json(row.second);
  }
  body += "],\"count\":" + std::to_string(rows.size()) +
          ",\"end_time\":" + (rows.empty() ? "null" : std::to_string(rows.back().first)) +
          ",\"next_page\":null,\"end_of_stream\":" + (rows.size() < count ? "true" : "false") + "}";
  return good(std::move(body));
}

FakeAnswer FakeZendeskApi::one_user(const FakeRequest& request, std::string_view rest) {
  const auto slash = rest.find('/');
  const auto id = number<std::uint64_t>(rest.substr(0, slash));
  const std::string_view action = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  const auto* user = id ? store.user(*id) : nullptr;
  if (user == nullptr || store.erased(*id)) return not_found();
  if (action == "identities") return user->active ? identities(request, *id) : not_found();
  if (action == "merge" && request.method == "PUT") {
    const auto body = json::parse(request.body, nullptr, false);
    const auto pointer = json::json_pointer("/user/id");
    const auto winner = body.is_object() && body.contains(pointer) && body[pointer].is_number_unsigned()
                            ? body[pointer].get<std::uint64_t>()
                            : 0;
    if (!merge || !merge(*id, winner)) return problem(422, "RecordInvalid", "cannot be merged");
    return good("{\"user\":" + store.user_json(winner) + "}");
  }
  if (!action.empty()) return problem(404, "InvalidEndpoint", "Not found");
  if (request.method == "DELETE" && remove) remove(*id);
  return good("{\"user\":" + store.user_json(*id) + "}");
}

FakeAnswer FakeZendeskApi::identities(const FakeRequest& request, std::uint64_t id) const {
  const auto rows = store.identity_rows(id);
  const std::size_t size =
      std::clamp<std::size_t>(number<std::size_t>(request.param("page[size]")).value_or(100), 1, 100);
  const std::size_t from = std::min(number<std::size_t>(request.param("page[after]")).value_or(0), rows.size());
  const std::size_t to = std::min(from + size, rows.size());
  std::string body = "{\"identities\":[";
  for (std::size_t i = from; i < to; ++i) body += (i == from ? "" : ",") + rows[i];
  body += "],\"meta\":{\"has_more\":" + std::string(to < rows.size() ? "true" : "false") + ",\"after_cursor\":\"" +
          std::to_string(to) + "\"}}";
  return good(std::move(body));
}

FakeAnswer FakeZendeskApi::show_many(const FakeRequest& request) const {
  std::string body = "{\"users\":[";
  const std::string ids = request.param("ids");
  std::string_view rest = ids;
  std::size_t shown = 0;
  while (!rest.empty() && shown < 100) {
    const auto comma = rest.find(',');
    const auto id = number<std::uint64_t>(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (!id || store.user(*id) == nullptr || store.erased(*id)) continue;
    body += (shown++ == 0 ? "" : ",") + store.user_json(*id);
  }
  return good(body + "],\"count\":" + std::to_string(shown) + "}");
}

FakeAnswer FakeZendeskApi::deleted_users() const {
  json rows = json::array();
  for (const auto& user : store.users()) {
    if (!user.active && rows.size() < 100)
      rows.push_back(json{{"id", user.id}, {"name", user.name}, {"active", false}});
  }
  return good(json{{"deleted_users", rows}, {"count", rows.size()}}.dump());
}

FakeAnswer FakeZendeskApi::search(const FakeRequest& request, const char* list_name) const {
  const std::string query = request.param("query");
  const auto phone = query.find("phone:*");
  std::string digits;
  for (std::size_t at = phone + 7; phone != std::string::npos && at < query.size(); ++at) {
    if (query[at] < '0' || query[at] > '9') break;
    digits += query[at];
  }
  std::string body;
  std::size_t count = 0;
  for (const auto id : store.users_by_digits(digits)) body += (count++ == 0 ? "" : ",") + store.user_json(id);
  return good(fmt::format("{{\"{}\":[{}],\"count\":{},\"next_page\":null}}", list_name, body, count));
}

}  // namespace ringdex::test_support

#include "sync/connectors/pipedrive/pipedrive_api.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sync/http/http_failure.h"
#include "telephony/text/printable.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using std::chrono::milliseconds;
using text::JsonDocument;
using text::JsonView;

// The burst window (https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting).
constexpr milliseconds kBurstWindow = std::chrono::seconds(2);
constexpr std::uint64_t kResetSecondsMax = 3600;
// Whoever goes on after 429 is shut out by the network in front of Pipedrive, and must stay away for a while.
constexpr milliseconds kShutOutWait = std::chrono::minutes(10);
constexpr std::size_t kNextCursorBytesMax = 4096;

std::unexpected<FetchError> malformed(const std::string& what, const std::string& why, int status) {
  return std::unexpected(FetchError{FetchErrorKind::malformed, what + ": " + why, std::nullopt, status});
}

milliseconds burst_reset(const HttpResponse& response) {
  const auto seconds = number_header(response, "x-ratelimit-reset");
  if (!seconds || *seconds == 0) return kBurstWindow;
  return std::chrono::seconds(std::min(*seconds, kResetSecondsMax));
}

// Pipedrive's own answers are JSON objects; anything else is of the network in front of it.
bool is_pipedrives_own(const HttpResponse& response) {
  const auto body = JsonDocument::parse(response.body);
  return body && !((*body)["success"].is_absent() && (*body)["error"].is_absent());
}

bool is_shut_out(const HttpResponse& response) {
  return response.status == 403 && !is_pipedrives_own(response);
}

bool is_day_over(const HttpResponse& response) {
  return response.status == 429 && number_header(response, "x-daily-ratelimit-token-remaining") == 0U;
}

milliseconds limit_wait(const HttpResponse& response, TimePoint now) {
  if (is_shut_out(response)) return kShutOutWait;
  if (is_day_over(response)) return DailyQuota::kProbeInterval;
  if (number_header(response, "x-ratelimit-reset")) return burst_reset(response);
  if (!response.headers.contains("retry-after")) return kBurstWindow;
  const auto wait = http_failure(response, "", now).wait.value_or(kBurstWindow);
  return std::max<milliseconds>(wait, std::chrono::seconds(1));
}

FetchError failure_of(const HttpResponse& response, const std::string& what, TimePoint now) {
  auto failure = http_failure(response, what, now);
  if (response.status == 402) failure.kind = FetchErrorKind::unauthorized;  // the company's account is not open
  if (response.status == 429 || is_shut_out(response)) {
    failure.kind = FetchErrorKind::rate_limited;
    failure.wait = limit_wait(response, now);
    if (is_day_over(response)) failure.message += " (the company's API tokens of the day are used up)";
  }
  return failure;
}

}  // namespace

std::string pipedrive_what(const std::string& target) {
  return "GET " + target.substr(0, target.find('?'));
}

FetchError pipedrive_malformed(const std::string& target, const std::string& why) {
  return {FetchErrorKind::malformed, pipedrive_what(target) + ": " + why, std::nullopt, 200};
}

PipedriveApi::PipedriveApi(PipedriveShared shared, std::shared_ptr<MovingHttpClient> http)
    : shared_(shared), api_(shared.credential, std::move(http)) {}

std::expected<HttpResponse, FetchError> PipedriveApi::get(const std::string& target, TimePoint now) {
  const CrmApi::Rules rules{
      .permit =
          [this](TimePoint at) {
            const auto wait = shared_.budget.take(at);
            return wait ? wait : shared_.quota.take(at);
          },
      .observe = [this](const HttpResponse& response, TimePoint at) { observe_limits(response, at); },
      .is_refused = nullptr};
  HttpRequest request;
  request.target = target;
  return api_.send(request, pipedrive_what(target), rules, now);
}

void PipedriveApi::observe_limits(const HttpResponse& response, TimePoint now) {
  const auto limit = number_header(response, "x-daily-ratelimit-token-limit");
  const auto remaining = number_header(response, "x-daily-ratelimit-token-remaining");
  if (limit && remaining) shared_.quota.announced(*limit - std::min(*limit, *remaining), *limit);
  if (is_day_over(response)) {
    shared_.quota.exhausted(now);
  } else if (response.status == 429 || is_shut_out(response)) {
    shared_.budget.pause_until(now + limit_wait(response, now));
  } else if (number_header(response, "x-ratelimit-remaining") == 0U) {
    shared_.budget.pause_until(now + burst_reset(response));
  }
}

std::expected<PipedriveList, FetchError> PipedriveApi::get_list(const std::string& target, TimePoint now) {
  const std::string what = pipedrive_what(target);
  const auto response = get(target, now);
  if (!response) return std::unexpected(response.error());
  if (response->status != 200) {
    auto failure = failure_of(*response, what, now);
    // A list is always there; 404 means that the address is not that of a Pipedrive.
    if (failure.kind == FetchErrorKind::not_found) failure.kind = FetchErrorKind::malformed;
    return std::unexpected(std::move(failure));
  }
  const auto body = JsonDocument::parse(response->body);
  if (!body || !body->root().is_object()) return malformed(what, "the answer is not a whole JSON object", 200);

  PipedriveList list;
  list.answer = *body;
  // An answer of another kind must not pass for the end of a list: who is not shown would be removed.
  const bool failed = (*body)["success"].boolean() == false;
  const JsonView rows = (*body)["data"];
  if (rows.is_absent() || (failed && (!(*body)["error"].is_absent() || !rows.is_list()))) {
    return malformed(what, "the answer has no list: " + text::printable((*body)["error"].text_or_empty()), 200);
  }
  if (rows && !rows.is_list()) return malformed(what, "the answer has no list", 200);
  list.rows = rows;
  if (const JsonView additional = (*body)["additional_data"]) {
    const JsonView cursor = additional["next_cursor"];
    const JsonView pagination = additional["pagination"];
    list.has_paging = !cursor.is_absent() || !pagination.is_absent();
    if (cursor && !cursor.is_text()) return malformed(what, "next_cursor is no text", 200);
    list.next_cursor = cursor.text_or_empty();
    if (list.next_cursor.size() > kNextCursorBytesMax) return malformed(what, "next_cursor is too long", 200);
    if (pagination) {
      const auto more = pagination["more_items_in_collection"].boolean();
      if (!more) return malformed(what, "the answer does not tell whether there is more", 200);
      list.more = *more;
      list.next_start = pagination["next_start"].natural();
    }
  }
  if (response->headers.contains("date")) {
    list.answered_at = text::parse_http_date(response->headers.at("date"));
  }
  return list;
}

std::expected<std::optional<JsonDocument>, FetchError> PipedriveApi::get_record(const std::string& target,
                                                                                TimePoint now, TimePoint* as_of) {
  const std::string what = pipedrive_what(target);
  const auto response = get(target, now);
  if (!response) return std::unexpected(response.error());
  if (as_of != nullptr) *as_of = answered_at(*response, now);
  if (response->status != 200) {
    auto failure = failure_of(*response, what, now);
    if (failure.kind == FetchErrorKind::not_found) {
      // A closed company and a wrong address answer 404 to everything, but not as the API does; believing them would
      // remove people who are there.
      const auto body = JsonDocument::parse(response->body);
      if (body && (*body)["success"].boolean() == false) return std::nullopt;
      failure.kind = FetchErrorKind::malformed;
    }
    return std::unexpected(std::move(failure));
  }
  const auto body = JsonDocument::parse(response->body);
  if (!body || !body->root().is_object()) return malformed(what, "the answer is not a whole JSON object", 200);
  if (!(*body)["data"].is_object()) return malformed(what, "the answer has no data", 200);
  return *body;
}

std::string PipedriveApi::company_url(TimePoint now) {
  // After an answer the credential holds its token, so this asks nobody.
  const auto grant = shared_.credential.authorization(now);
  return grant ? grant->base_url : std::string();
}

}  // namespace ringdex::sync

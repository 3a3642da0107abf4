#include "server/api/json_text.h"

#include <fmt/format.h>

#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kMembersMax = 1'000;

}  // namespace

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse json_response(const Json& value, int status) {
  HttpResponse response;
  response.status = status;
  response.body = dump(value);
  return response;
}

Json iso_or_null(const std::optional<index::TimePoint>& time) {
  return time ? Json(text::format_iso_time(*time)) : Json(nullptr);
}

std::optional<Json> read_object(const HttpRequest& request, HttpResponse& refusal) {
  if (request.body.empty()) return Json::object();
  // nlohmann's parser recurses on nesting, and looks through all members of an object for each new one.
  int depth = 0;
  std::size_t members = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < request.body.size(); ++i) {
    const char byte = request.body[i];
    if (in_text && byte == '\\') ++i;
    if (byte == '"') in_text = !in_text;
    if (in_text) continue;
    depth += byte == '[' || byte == '{' ? 1 : (byte == ']' || byte == '}' ? -1 : 0);
    members += byte == ':' ? 1 : 0;
    if (depth > kDepthMax || members > kMembersMax) {
      refusal = problem(
          400, "bad_json",
          fmt::format("the body is nested deeper than {} levels or has more than {} members", kDepthMax, kMembersMax));
      return std::nullopt;
    }
  }
  Json value;
  try {
    value = Json::parse(request.body);
  } catch (const Json::parse_error& error) {
    refusal = problem(400, "bad_json", fmt::format("the body is not JSON: error at byte {}", error.byte));
    return std::nullopt;
  }
  if (!value.is_object()) {
    refusal = problem(400, "bad_json", "the body must be a JSON object");
    return std::nullopt;
  }
  return value;
}

Json record_json(const index::Record& record) {
  Json phones = Json::array();
  for (const index::RecordPhone& phone : record.phones) {
    Json one = {{"raw", phone.raw},
                {"e164", phone.number ? Json(phone.number->to_e164()) : Json(nullptr)},
                {"label", phone.label}};
    if (!phone.extension.empty()) one["extension"] = phone.extension;
    phones.push_back(std::move(one));
  }
  Json consent = Json::object();
  for (const auto& [channel, state] : record.consent) consent[channel] = to_string(state);
  return {{"id", record.id.to_string()},
          {"source", record.id.source},
          {"kind", to_string(record.id.kind)},
          {"external_id", record.id.external_id},
          {"name", record.name},
          {"organization", record.organization},
          {"title", record.title},
          {"emails", record.emails},
          {"phones", std::move(phones)},
          {"groups", record.groups},
          {"tags", record.tags},
          {"consent", std::move(consent)},
          {"url", record.url},
          {"owner", record.owner},
          {"custom", record.custom},
          {"created_at", iso_or_null(record.created_at)},
          {"updated_at", iso_or_null(record.updated_at)},
          {"first_indexed_at", text::format_iso_time(record.first_indexed_at)},
          {"version", record.version}};
}

}  // namespace ringdex::server

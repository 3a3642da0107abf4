#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "index/records/record.h"
#include "server/http/http_message.h"

namespace ringdex::server {

using Json = nlohmann::ordered_json;

// 200 with the value as its body; bytes that are not UTF-8 become U+FFFD.
HttpResponse json_response(const Json& value, int status = 200);
std::string dump(const Json& value);

Json iso_or_null(const std::optional<index::TimePoint>& time);

// The body as a JSON object; an empty body is {}. Nothing: not an object, with the refusal filled in.
std::optional<Json> read_object(const HttpRequest& request, HttpResponse& refusal);

// A record as design section 2 writes it.
Json record_json(const index::Record& record);

}  // namespace ringdex::server

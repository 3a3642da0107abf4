#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telephony/text/json_value.h"

namespace ringdex::server {

// The command line's connection to the running server.
struct ServerAddress {
  std::string url;      // "http://127.0.0.1:8480"
  std::string key;      // API key; empty: loopback without keys
  std::string ca_file;  // certificate to trust for https; empty: the system's
};

struct ServerAnswer {
  int status = 0;    // 0: no server answered, and `error` says why
  std::string text;  // JSON in the order of the server; an answer that is none is a text of it
  text::JsonDocument body;
  std::string error;
};

using Query = std::vector<std::pair<std::string, std::string>>;

ServerAnswer get(const ServerAddress& server, const std::string& path, const Query& query = {});
// A GET whose answer comes bit by bit: `receive` is given the bytes of a 200, and ends it by false. Any other answer is
// given back with its body. Status 0 is also a 200 that broke off, or was silent for longer than an event stream is.
ServerAnswer stream(const ServerAddress& server, const std::string& path, const Query& query, const Query& headers,
                    const std::function<bool(std::string_view bytes)>& receive);
ServerAnswer post(const ServerAddress& server, const std::string& path, const std::string& json = "{}");

}  // namespace ringdex::server

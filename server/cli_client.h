#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ringdex::server {

// The command line's connection to the running server.
struct ServerAddress {
  std::string url;      // "http://127.0.0.1:8480"
  std::string key;      // API key; empty: loopback without keys
  std::string ca_file;  // certificate to trust for https; empty: the system's
};

struct ServerAnswer {
  int status = 0;  // 0: no server answered, and `error` says why
  nlohmann::ordered_json body;
  std::string error;
};

using Query = std::vector<std::pair<std::string, std::string>>;

std::string encode_component(const std::string& text);
ServerAnswer get(const ServerAddress& server, const std::string& path, const Query& query = {});
ServerAnswer post(const ServerAddress& server, const std::string& path, const nlohmann::ordered_json& body);

}  // namespace ringdex::server

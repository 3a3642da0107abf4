#include "server/cli/cli_client.h"

#include <fmt/core.h>
#include <httplib.h>

#include "telephony/text/json_writer.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

constexpr time_t kConnectSeconds = 3;
constexpr time_t kReadSeconds = 60;
// Three heartbeats.
constexpr time_t kStreamReadSeconds = 45;
constexpr std::size_t kProblemBytesMax = 64 * 1024;

ServerAnswer to_answer(const ServerAddress& server, const httplib::Result& result) {
  ServerAnswer answer;
  if (!result) {
    answer.error = fmt::format("no ringdex answers at {} ({}); is 'ringdex serve' running?", server.url,
                               httplib::to_string(result.error()));
    return answer;
  }
  answer.status = result->status;
  auto body = text::JsonDocument::parse(result->body);
  if (body) {
    answer.text = result->body;
  } else {
    text::JsonWriter(answer.text).text(result->body);
    body = text::JsonDocument::parse(answer.text);
  }
  answer.body = *std::move(body);
  return answer;
}

template <typename Send>
ServerAnswer ask(const ServerAddress& server, time_t read_seconds, Send send) {
  try {
    httplib::Client client(server.url);
    if (!client.is_valid())
      return {.error = fmt::format("'{}' is no server address; use http://host:port", server.url)};
    client.set_connection_timeout(kConnectSeconds);
    client.set_read_timeout(read_seconds);
    if (!server.ca_file.empty()) client.set_ca_cert_path(server.ca_file.c_str());
    httplib::Headers headers;
    if (!server.key.empty()) headers.emplace("Authorization", "Bearer " + server.key);
    return to_answer(server, send(client, headers));
  } catch (const std::exception& error) {
    return {.error = fmt::format("'{}' is no server address: {}", server.url, error.what())};
  }
}

std::string target_of(const std::string& path, const Query& query) {
  std::string target = path;
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    target += (target.find('?') == std::string::npos ? "?" : "&") + name + "=" + text::percent_encoded(value);
  }
  return target;
}

}  // namespace

ServerAnswer get(const ServerAddress& server, const std::string& path, const Query& query) {
  const std::string target = target_of(path, query);
  return ask(server, kReadSeconds,
             [&](httplib::Client& client, const httplib::Headers& headers) { return client.Get(target, headers); });
}

ServerAnswer stream(const ServerAddress& server, const std::string& path, const Query& query, const Query& headers,
                    const std::function<bool(std::string_view bytes)>& receive) {
  const std::string target = target_of(path, query);
  std::string refusal;
  auto answer = ask(server, kStreamReadSeconds, [&](httplib::Client& client, httplib::Headers& all) {
    all.insert(headers.begin(), headers.end());
    bool is_good = false;
    auto result = client.Get(
        target, all,
        [&](const httplib::Response& response) {
          is_good = response.status == 200;
          return true;
        },
        [&](const char* bytes, std::size_t count) {
          if (is_good) return receive({bytes, count});
          refusal.append(bytes, count);
          return refusal.size() < kProblemBytesMax;
        });
    if (result && !is_good) result->body = refusal;
    return result;
  });
  return answer;
}

ServerAnswer post(const ServerAddress& server, const std::string& path, const std::string& json) {
  return ask(server, kReadSeconds, [&](httplib::Client& client, const httplib::Headers& headers) {
    return client.Post(path, headers, json, "application/json");
  });
}

}  // namespace ringdex::server

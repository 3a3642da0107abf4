#include "tests/support/gunzip.h"

#include <httplib.h>

#include "tests/support/raw_server.h"

namespace ringdex::test_support {

std::optional<std::string> gunzip(const std::string& bytes) {
  const RawServer server([&](int socket, const std::string&) {
    RawServer::send_all(socket, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                                    std::to_string(bytes.size()) + "\r\n\r\n" + bytes);
  });
  httplib::Client client("127.0.0.1", server.port());
  const auto result = client.Get("/");
  if (!result || result->status != 200) return std::nullopt;
  return result->body;
}

}  // namespace ringdex::test_support

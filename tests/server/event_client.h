#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/cli/event_reader.h"

namespace ringdex::tests {

// A client of /v1/events on a bare socket, with or without TLS. Waits a while for each byte, and then counts as silent.
class EventClient {
 public:
  struct Options {
    bool tls = false;
    int receive_buffer_bytes = 0;  // 0: the system's
  };
  explicit EventClient(std::uint16_t port) : EventClient(port, Options{}) {}
  EventClient(std::uint16_t port, Options options);
  ~EventClient();
  EventClient(const EventClient&) = delete;
  EventClient& operator=(const EventClient&) = delete;

  void send(std::string_view bytes);
  // Asks for the stream; `headers` are whole lines.
  void listen(const std::string& query = "", const std::string& headers = "");

  // Reads until it is true; false: the server closed or was silent.
  bool read_until(const std::function<bool()>& is_enough);
  bool read_events(std::size_t at_least) {
    return read_until([&] { return events.size() >= at_least; });
  }
  // Reads to the end; false: it did not come.
  bool read_to_end();

  std::string head;  // of the first answer, with its empty line
  std::string body;
  std::vector<server::ReceivedEvent> events;

 private:
  enum class Got { bytes, end, silence };
  Got read();

  int socket_ = -1;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
  server::EventReader reader_;
};

}  // namespace ringdex::tests

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace ringdex::test_support {

// A TCP server on 127.0.0.1 for answers that no decent server gives. Each connection's request is read up to its empty
// line and handed, with the socket, to the given function; the connection ends when that returns. Connections come one
// after the other, on one thread.
class RawServer {
 public:
  using Talk = std::function<void(int socket, const std::string& request)>;
  explicit RawServer(Talk talk);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }

  // For use inside Talk. send_all says whether the peer still takes bytes; closed_within waits for its end.
  static bool send_all(int socket, const std::string& bytes);
  static bool closed_within(int socket, int milliseconds);
  // Carries bytes both ways between `socket` and a port of 127.0.0.1 until either side ends.
  static void relay(int socket, std::uint16_t port);

 private:
  void run();

  Talk talk_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace ringdex::test_support

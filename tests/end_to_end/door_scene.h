#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/ringdex_process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificate.h"

namespace ringdex::tests {

// A ringdex with all doors open, of a CSV file with ordinary and with odd people.
class DoorScene {
 public:
  struct Settings {
    std::string http;  // more members of each section, from a comma on
    std::string fastagi;
    std::string ldap;
    std::string account;
    std::string people;  // more lines of the CSV file
    bool tls = false;    // of the LDAP door
  };
  explicit DoorScene(const Settings& settings);
  DoorScene() : DoorScene(Settings{}) {}

  const RingdexProcess& ringdex() const { return *ringdex_; }
  std::string key(const std::string& scope = "lookup") const;  // a new one
  std::pair<int, std::chrono::milliseconds> terminate() { return ringdex_->terminate(); }
  std::string folder() const { return dir_.path().string(); }
  std::string certificate() const { return certificate_.certificate_file(); }

 private:
  TempDir dir_;
  test_support::TestCertificate certificate_{"localhost"};
  std::unique_ptr<RingdexProcess> ringdex_;
};

// A TCP client that speaks bytes.
class ByteClient {
 public:
  explicit ByteClient(int port);
  ~ByteClient();
  ByteClient(const ByteClient&) = delete;
  ByteClient& operator=(const ByteClient&) = delete;

  void send(const std::string& bytes) const;
  // Up to and with `end`, or what came until the server closed or ten seconds passed.
  std::string read_until(const std::string& end);
  std::string read_all() { return read_until(""); }
  void finish_sending() const;

 private:
  int socket_ = -1;
  std::string rest_;
};

}  // namespace ringdex::tests

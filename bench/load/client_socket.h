#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace ringdex::bench {

// What the last system call failed with, behind what was tried.
std::runtime_error system_problem(const char* what);

// Owns a file descriptor; below zero: none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void replace(int number);
  int get() const { return number_; }

 private:
  int number_;
};

// A connected TCP socket that waits in send and recv and holds nothing back. `host` is an IPv4 address. Throws.
int connect_to(const std::string& host, std::uint16_t port);
void stop_waiting_on(const Descriptor& socket);

}  // namespace ringdex::bench

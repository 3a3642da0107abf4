#pragma once

#include <expected>
#include <string>
#include <utility>

namespace ringdex::server {

// Small files that only the owner may read: keys, rotated tokens. Errors say which file and why.

// Between the programs that change one such file: held from reading it to writing it, by one of them at a time.
class PrivateFileLock {
 public:
  // Waits for whoever holds it. The lock is on a file beside the one at `path`, which is replaced as a whole.
  static std::expected<PrivateFileLock, std::string> take(const std::string& path);
  PrivateFileLock(PrivateFileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  PrivateFileLock& operator=(PrivateFileLock&&) = delete;
  ~PrivateFileLock();

 private:
  explicit PrivateFileLock(int file) : file_(file) {}
  int file_;
};

// The whole text; empty if there is no such file.
std::expected<std::string, std::string> read_private_file(const std::string& path);
// Durable and whole when it returns: a crash leaves the old text or the new.
std::expected<void, std::string> write_private_file(const std::string& path, const std::string& text);

}  // namespace ringdex::server

#include "server/system/private_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ringdex::server {
namespace {

std::unexpected<std::string> failed(const char* what, const std::string& path) {
  return std::unexpected(fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

bool sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return false;
  const bool synced = ::fsync(handle) == 0;
  ::close(handle);
  return synced;
}

}  // namespace

std::expected<PrivateFileLock, std::string> PrivateFileLock::take(const std::string& path) {
  const std::string beside = path + ".lock";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return failed("write", beside);
  PrivateFileLock lock(file);
  while (::flock(file, LOCK_EX) != 0) {
    if (errno != EINTR) return failed("lock", beside);
  }
  return lock;
}

PrivateFileLock::~PrivateFileLock() {
  if (file_ >= 0) ::close(file_);
}

std::expected<std::string, std::string> read_private_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return "";
    return failed("read", path);
  }
  std::stringstream text;
  text << file.rdbuf();
  if (file.bad()) return failed("read", path);
  return text.str();
}

std::expected<void, std::string> write_private_file(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("write", fresh);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return failed("write", fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0 || !sync_folder(path)) return failed("write", path);
  return {};
}

}  // namespace ringdex::server

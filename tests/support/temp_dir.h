#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace ringdex::tests {

// Where the system has enough of it, memory: thousands of synced writes would only take time. TMPDIR has the last word.
inline std::filesystem::path folder_of_temp_dirs() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code none;
  const auto space = std::filesystem::space(memory, none);
  const bool has_room = !none && space.available > (std::uintmax_t{1} << 30);
  return has_room && std::getenv("TMPDIR") == nullptr ? memory : std::filesystem::temp_directory_path();
}

// A fresh folder for one test, removed with all in it at the end.
class TempDir {
 public:
  TempDir() {
    std::string name = (folder_of_temp_dirs() / "ringdex-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace ringdex::tests

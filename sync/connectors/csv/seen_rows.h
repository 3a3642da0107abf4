#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ringdex::sync {

// The ids of one listing with the line where each stands, as 64-bit hashes: 16 bytes an id. Past the memory limit it
// forgets everything and finds nothing more. One thread.
class SeenRows {
 public:
  explicit SeenRows(std::size_t bytes_max) : slots_max_(bytes_max / sizeof(Slot)) {}

  // The line where `id` was seen before, if it was; from now on it stands in `line`.
  std::optional<std::uint64_t> note(std::string_view id, std::uint64_t line);
  void clear();

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t line = 0;  // 0: free
  };

  bool grow();

  std::size_t slots_max_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  bool is_full_ = false;
};

}  // namespace ringdex::sync

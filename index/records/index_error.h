#pragma once

#include <string>

namespace ringdex::index {

// After RocksDB's own kinds. `busy`: another process has the data folder open, or another writer the index.
struct IndexError {
  enum class Kind { corruption, io, busy, newer_format };
  Kind kind = Kind::io;
  std::string message;
};

}  // namespace ringdex::index

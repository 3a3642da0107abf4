#pragma once

#include <cstdint>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sync/connector.h"

namespace ringdex::sync {

// What a source's first records would be in the index.
struct PreviewAnswer {
  std::vector<index::Record> records;
  std::vector<Rejected> rejected;
  std::uint64_t ignored = 0;
  std::uint64_t pages = 0;
  std::string error;  // why there are no more; empty: there are enough, or the source has no more
};

// A dry run: reads a source's first pages, shows their records as they would be indexed, and stores nothing. step() is
// called by one thread, all else by any.
class SourcePreview {
 public:
  static constexpr std::size_t kRecordsMax = 100;
  static constexpr std::size_t kWaitingMax = 4;
  static constexpr std::uint64_t kPagesMax = 50;

  explicit SourcePreview(Connector& connector) : connector_(connector) {}

  std::future<PreviewAnswer> ask(std::size_t records_max);
  // One page at most; says when to call again if nobody asks before.
  TimePoint step(TimePoint now);
  void stop();  // after the last step()

 private:
  struct Asked {
    std::size_t records_max = 0;
    std::promise<PreviewAnswer> promise;
    PreviewAnswer answer;
    std::string cursor;
    std::map<std::string, std::string> organizations;
  };
  bool read_page(Asked& asked, TimePoint now);

  Connector& connector_;
  std::optional<Asked> current_;  // of the stepping thread
  std::mutex mutex_;
  std::vector<Asked> waiting_;  // under mutex_
  bool stopped_ = false;        // under mutex_
};

}  // namespace ringdex::sync

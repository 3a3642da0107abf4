#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "index/history/ledger.h"
#include "sync/connector.h"
#include "sync/mirror/source_status.h"

namespace ringdex::sync {

// One run as the ledger is told of it while it goes on. One thread.
class RunRecord {
 public:
  RunRecord(index::Ledger& ledger, const std::string& account, const std::string& source, RunKind kind, TimePoint now);

  void became(RunKind kind) { run_.kind = to_string(kind); }
  // A page is in the index.
  void add_page(const SourcePage& counts, const index::ApplyResult& applied);
  void add_requests(std::uint64_t requests) { run_.requests += requests; }
  void add_failure(const std::string& message);
  void finish(std::string outcome, const std::string& reason, TimePoint now);

  const index::Run& run() const { return run_; }
  RunProgress progress() const;
  // How many records the mirror had at the start, for telling how far a listing is.
  std::uint64_t records_before = 0;

 private:
  void save(const std::vector<index::RunReject>& rejects);

  index::Ledger& ledger_;
  index::Run run_;
  std::uint64_t rows_ = 0;
  std::optional<double> share_;
};

}  // namespace ringdex::sync

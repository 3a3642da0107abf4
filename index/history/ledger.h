#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "index/records/change_batch.h"
#include "index/records/change_counts.h"
#include "index/records/index_error.h"
#include "index/records/record.h"
#include "index/store/store.h"

namespace ringdex::index {

// One execution of a source's sync (full, delta, sweep or of a single record) and what it did.
struct Run {
  std::uint64_t number = 0;
  std::string account;
  std::string source;
  std::string kind;     // full, delta, sweep, single
  std::string outcome;  // running, finished, failed, interrupted, paused, replaced, needs_confirmation, limit_reached
  std::string message;  // why it failed
  TimePoint started_at{};
  std::optional<TimePoint> finished_at;
  ApplyResult counts;         // `nameless` is not kept here but as rejects
  std::uint64_t skipped = 0;  // rows rejected, listed by rejects()
  std::map<std::string, std::uint64_t> skipped_by_reason;
  std::uint64_t failed = 0;   // attempts that brought no page
  std::uint64_t ignored = 0;  // rows that are no callers
  std::uint64_t pages = 0;
  std::uint64_t requests = 0;
};

struct RunReject {
  std::string external_id;
  std::string reason;
  std::string detail;
  bool operator==(const RunReject&) const = default;
};

struct RunQuery {
  std::string source = {};              // empty: all
  std::uint64_t behind = 0;             // only older ones than this run; 0: from the newest on
  bool only_notable = false;            // leaves out those that is_notable() does
  std::size_t runs_max;                 // at least one is given
  std::size_t examined_max = SIZE_MAX;  // runs looked at, a bound on the time; at least one is
};
// Newest first.
struct RunPage {
  std::vector<Run> runs;
  std::optional<std::uint64_t> next;  // `behind` of the next page, which may be there though this one is not full
};
// False if it went well, changed nothing and skipped nothing, and was no complete listing, as most are.
bool is_notable(const Run& run);

// The history of runs. Any thread may call.
class Ledger {
 public:
  // More rejects of one run are counted in `skipped` but not listed.
  static constexpr std::uint64_t kRejectsPerRunMax = 10'000;

  explicit Ledger(Store& store) : store_(store) {}

  // Gives the run its number and stores it.
  std::expected<void, IndexError> begin(Run& run);
  // Stores the run as it stands, with rejects found since the last save; `first_reject` numbers the first of them.
  std::expected<void, IndexError> save(const Run& run, std::uint64_t first_reject,
                                       const std::vector<RunReject>& rejects);
  std::expected<RunPage, IndexError> page(const std::string& account, const RunQuery& query) const;
  // The newest. An empty source means all.
  std::expected<std::vector<Run>, IndexError> runs(const std::string& account, const std::string& source,
                                                   std::size_t runs_max) const;
  std::expected<std::vector<RunReject>, IndexError> rejects(const std::string& account, std::uint64_t run,
                                                            std::size_t rejects_max) const;
  std::expected<std::optional<Run>, IndexError> run(const std::string& account, std::uint64_t number) const;
  // What changed from `from` up to `to`, both cut to whole counting periods (change_counts.h). An empty source means
  // all.
  std::expected<std::map<std::string, CountsByCause>, IndexError> changes(const std::string& account,
                                                                          const std::string& source, TimePoint from,
                                                                          TimePoint to) const;
  // Forgets what ended before: runs with their rejects, and counts.
  std::expected<void, IndexError> forget_before(TimePoint before);
  // Runs that a dead process left open are closed as interrupted. Called once at start.
  std::expected<void, IndexError> close_interrupted(TimePoint now);

 private:
  Store& store_;
};

}  // namespace ringdex::index

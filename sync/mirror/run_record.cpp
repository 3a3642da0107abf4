#include "sync/mirror/run_record.h"

#include <algorithm>

#include "config/logging/log.h"

namespace ringdex::sync {
namespace {

// A listing that has shown as much as there was before is not at its end for sure.
constexpr double kShareMax = 0.99;

}  // namespace

RunRecord::RunRecord(index::Ledger& ledger, const std::string& account, const std::string& source, RunKind kind,
                     TimePoint now)
    : ledger_(ledger) {
  run_.account = account;
  run_.source = source;
  run_.kind = to_string(kind);
  run_.outcome = "running";
  run_.started_at = now;
  if (const auto begun = ledger_.begin(run_); !begun) log::error("{}: {}", source, begun.error().message);
}

void RunRecord::add_page(const SourcePage& page, const index::ApplyResult& applied) {
  run_.counts += applied;
  ++run_.pages;
  run_.ignored += page.ignored;
  rows_ += applied.added + applied.updated + applied.unchanged + applied.stale + applied.deleted + applied.merged -
           applied.swept + page.rejected.size() + page.ignored;
  share_ = page.progress;
  if (!share_ && run_.kind != to_string(RunKind::delta) && records_before > 0) {
    share_ = std::min(static_cast<double>(rows_) / static_cast<double>(records_before), kShareMax);
  }
  std::vector<index::RunReject> rejects;
  for (const Rejected& row : page.rejected) {
    rejects.push_back({row.external_id, std::string(to_string(row.reason)), row.detail});
  }
  for (const index::RecordId& id : applied.nameless) {
    rejects.push_back({id.external_id, std::string(to_string(RejectReason::no_name)), "neither name nor organization"});
  }
  save(rejects);
}

void RunRecord::add_failure(const std::string& message) {
  ++run_.failed;
  run_.message = message;
  save({});
}

void RunRecord::finish(std::string outcome, const std::string& reason, TimePoint now) {
  run_.outcome = std::move(outcome);
  run_.message = reason;
  run_.finished_at = now;
  save({});
  const auto& counts = run_.counts;
  log::info("{}: {} run {} {}: {} added, {} updated, {} unchanged, {} deleted, {} merged, {} skipped, {} pages{}{}",
            run_.source, run_.kind, run_.number, run_.outcome, counts.added, counts.updated, counts.unchanged,
            counts.deleted, counts.merged, run_.skipped, run_.pages, reason.empty() ? "" : "; ", reason);
}

RunProgress RunRecord::progress() const {
  return {.run = run_.number,
          .kind = run_.kind,
          .started_at = run_.started_at,
          .rows = rows_,
          .pages = run_.pages,
          .share = share_};
}

void RunRecord::save(const std::vector<index::RunReject>& rejects) {
  const std::uint64_t first = run_.skipped;
  run_.skipped += rejects.size();
  for (const index::RunReject& reject : rejects) ++run_.skipped_by_reason[reject.reason];
  if (const auto saved = ledger_.save(run_, first, rejects); !saved) {
    log::error("{}: {}", run_.source, saved.error().message);
  }
}

}  // namespace ringdex::sync

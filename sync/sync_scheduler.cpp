#include "sync/sync_scheduler.h"

#include <spdlog/spdlog.h>

namespace ringdex::sync {
namespace {

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

void SyncScheduler::Worker::nudge() {
  {
    const std::lock_guard lock(mutex);
    nudged = true;
  }
  wake.notify_one();
}

void SyncScheduler::Worker::run(std::stop_token stop, const std::function<TimePoint(TimePoint)>& step) {
  const std::stop_callback on_stop(stop, [this] { nudge(); });
  while (!stop.stop_requested()) {
    const TimePoint next = step(wall_clock());
    std::unique_lock lock(mutex);
    // The wait itself is steady, so that a clock that jumps cannot stretch it.
    const auto wait = std::max(next - wall_clock(), std::chrono::milliseconds(0));
    wake.wait_for(lock, wait, [this] { return nudged; });
    nudged = false;
  }
}

SyncScheduler::Source::Source(SourceSetup given, index::Index& index, index::Inbox& inbox, index::Ledger& ledger)
    : setup(std::move(given)),
      syncer(setup.syncer, *setup.pages, index, ledger),
      refresher(setup.refresher, *setup.singles, index, inbox),
      webhooks(setup.webhooks, *setup.singles, index, inbox) {}

SyncScheduler::SyncScheduler(index::Index& index, index::Inbox& inbox, index::Ledger& ledger)
    : index_(index), inbox_(inbox), ledger_(ledger) {}

SyncScheduler::~SyncScheduler() { stop(); }

void SyncScheduler::add(SourceSetup setup) {
  sources_.push_back(std::make_unique<Source>(std::move(setup), index_, inbox_, ledger_));
}

void SyncScheduler::start() {
  if (const auto closed = ledger_.close_interrupted(wall_clock()); !closed) spdlog::error(closed.error().message);
  for (auto& source : sources_) {
    Source* const it = source.get();
    it->page_worker.thread = std::jthread([it](std::stop_token stop) {
      it->page_worker.run(stop, [it](TimePoint now) { return it->syncer.step(now); });
    });
    it->single_worker.thread = std::jthread([it](std::stop_token stop) {
      it->single_worker.run(stop, [it](TimePoint now) { return it->refresher.step(now); });
    });
  }
}

void SyncScheduler::stop() {
  for (auto& source : sources_) {
    source->page_worker.thread.request_stop();
    source->single_worker.thread.request_stop();
    if (source->setup.cancel) source->setup.cancel();
  }
  for (auto& source : sources_) {
    if (source->page_worker.thread.joinable()) source->page_worker.thread.join();
    if (source->single_worker.thread.joinable()) source->single_worker.thread.join();
  }
}

SyncScheduler::Source* SyncScheduler::find(const std::string& account, const std::string& source) const {
  for (const auto& candidate : sources_) {
    if (candidate->setup.syncer.account == account && candidate->setup.syncer.source == source) return candidate.get();
  }
  return nullptr;
}

std::vector<SourceOverview> SyncScheduler::overview(const std::string& account) const {
  std::vector<SourceOverview> found;
  for (const auto& source : sources_) {
    const SourceSetup& setup = source->setup;
    if (!account.empty() && setup.syncer.account != account) continue;
    found.push_back({setup.syncer.account, setup.syncer.source, setup.type, setup.label, setup.syncer.interval,
                     source->syncer.status()});
  }
  return found;
}

bool SyncScheduler::request_run(const std::string& account, const std::string& source, RunKind kind) {
  Source* const found = find(account, source);
  if (found == nullptr) return false;
  found->syncer.request(kind);
  found->page_worker.nudge();
  return true;
}

std::optional<std::future<ResyncAnswer>> SyncScheduler::resync(const std::string& account, const index::RecordId& id) {
  Source* const found = find(account, id.source);
  if (found == nullptr) return std::nullopt;
  auto answer = found->refresher.resync(id);
  found->single_worker.nudge();
  return answer;
}

std::expected<WebhookAccepted, WebhookFailure> SyncScheduler::accept_webhook(const std::string& account,
                                                                             const std::string& source,
                                                                             const WebhookRequest& request) {
  Source* const found = find(account, source);
  if (found == nullptr) return std::unexpected(WebhookFailure::refused);
  auto accepted = found->webhooks.accept(request, wall_clock());
  if (accepted && accepted->events > accepted->ignored) found->single_worker.nudge();
  return accepted;
}

std::expected<index::ApplyResult, index::IndexError> SyncScheduler::confirm_sweep(const std::string& account,
                                                                                  const std::string& source) {
  auto result = index_.confirm_sweep(account, source, wall_clock());
  if (Source* const found = find(account, source); found && result) found->syncer.confirmed(wall_clock());
  return result;
}

}  // namespace ringdex::sync

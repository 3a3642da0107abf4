#include "sync/mirror/sources.h"

#include <algorithm>
#include <exception>

#include "config/logging/log.h"
#include "index/store/background.h"

namespace ringdex::sync {
namespace {

constexpr std::chrono::milliseconds kPauseAfterFault{10'000};
constexpr std::chrono::milliseconds kWaitMax = std::chrono::hours(24);
constexpr std::chrono::milliseconds kCancelInterval{20};
constexpr std::size_t kPurgeStep = 2'000;
constexpr std::chrono::milliseconds kPurgePause{1};

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

void Sources::Worker::nudge() {
  {
    const std::lock_guard lock(mutex);
    nudged = true;
  }
  wake.notify_all();
}

void Sources::Worker::run(std::stop_token stop, const std::function<TimePoint(TimePoint)>& step) {
  const std::stop_callback on_stop(stop, [this] { nudge(); });
  while (!stop.stop_requested()) {
    // The wait is steady and counts from the time that the step was told, so that a clock that jumps cannot stretch it.
    const auto began = std::chrono::steady_clock::now();
    const TimePoint now = wall_clock();
    TimePoint next = now + kPauseAfterFault;
    try {
      next = step(now);
    } catch (const std::exception& fault) {
      log::error("a sync step failed: {}", fault.what());
    }
    const auto wait = std::clamp(next - now, std::chrono::milliseconds(0), kWaitMax);
    std::unique_lock lock(mutex);
    wake.wait_until(lock, began + wait, [this] { return nudged; });
    nudged = false;
  }
  const std::lock_guard lock(mutex);
  ended = true;
  wake.notify_all();
}

void Sources::Worker::join(const std::function<void()>& cancel) {
  if (!thread.joinable()) return;
  {
    std::unique_lock lock(mutex);
    // A request that began just after a cancelling must be cancelled too.
    while (!wake.wait_for(lock, kCancelInterval, [this] { return ended; })) {
      lock.unlock();
      if (cancel) cancel();
      lock.lock();
    }
  }
  thread.join();
}

Sources::Source::Source(SourceSetup given, index::Index& index, index::Inbox& inbox, index::Ledger& ledger)
    : setup(std::move(given)),
      syncer(setup.syncer, *setup.listing, index, ledger),
      refresher(setup.refresher, *setup.by_id, index, inbox, ledger),
      webhooks(setup.webhooks, *setup.by_id, index, inbox),
      preview(*setup.interactive),
      live({.account = setup.syncer.account, .source = setup.syncer.source, .policy = setup.syncer.policy},
           *setup.interactive, index) {}

Sources::Sources(index::Index& index, index::Inbox& inbox, index::Ledger& ledger)
    : index_(index), inbox_(inbox), ledger_(ledger) {}

Sources::~Sources() {
  stop();
}

void Sources::add(SourceSetup setup) {
  sources_.push_back(std::make_unique<Source>(std::move(setup), index_, inbox_, ledger_));
}

void Sources::start() {
  if (const auto closed = ledger_.close_interrupted(wall_clock()); !closed) log::error("{}", closed.error().message);
  for (auto& source : sources_) {
    Source* const it = source.get();
    // What an admin switched before the restart.
    const auto state = index_.read().source_state(it->setup.syncer.account, it->setup.syncer.source);
    if (state) tell_mode(*it, state->mode);
    it->interactive_worker.thread = std::jthread([it](std::stop_token stop) {
      it->interactive_worker.run(stop,
                                 [it](TimePoint now) { return std::min(it->live.step(now), it->preview.step(now)); });
    });
    it->listing_worker.thread = std::jthread([it](std::stop_token stop) {
      index::lower_thread_priority();
      it->listing_worker.run(stop, [it](TimePoint now) { return it->syncer.step(now); });
    });
    it->by_id_worker.thread = std::jthread([it](std::stop_token stop) {
      it->by_id_worker.run(stop, [it](TimePoint now) { return it->refresher.step(now); });
    });
  }
}

void Sources::stop() {
  stopping_ = true;
  for (auto& source : sources_) {
    source->listing_worker.thread.request_stop();
    source->by_id_worker.thread.request_stop();
    source->interactive_worker.thread.request_stop();
    if (source->setup.cancel) source->setup.cancel();
  }
  for (auto& source : sources_) {
    source->listing_worker.join(source->setup.cancel);
    source->by_id_worker.join(source->setup.cancel);
    source->interactive_worker.join(source->setup.cancel);
    source->refresher.stop();
    source->live.stop();
    source->preview.stop();
  }
}

Sources::Source* Sources::find(const std::string& account, const std::string& source) const {
  for (const auto& candidate : sources_) {
    if (candidate->setup.syncer.account == account && candidate->setup.syncer.source == source) return candidate.get();
  }
  return nullptr;
}

std::vector<SourceOverview> Sources::overview(const std::string& account) const {
  std::vector<SourceOverview> found;
  for (const auto& source : sources_) {
    const SourceSetup& setup = source->setup;
    if (setup.syncer.account != account) continue;
    found.push_back({setup.syncer.account, setup.syncer.source, setup.type, setup.label, setup.syncer.interval,
                     source->syncer.status(), setup.listing->requests_left(wall_clock())});
  }
  return found;
}

bool Sources::request_run(const std::string& account, const std::string& source, RunKind kind) {
  Source* const found = find(account, source);
  if (found == nullptr) return false;
  found->syncer.request(kind);
  found->listing_worker.nudge();
  return true;
}

std::optional<std::future<ResyncAnswer>> Sources::resync(const std::string& account, const index::RecordId& id) {
  Source* const found = find(account, id.source);
  if (found == nullptr) return std::nullopt;
  auto answer = found->refresher.resync(id);
  found->by_id_worker.nudge();
  return answer;
}

bool Sources::resync(const std::string& account, const index::RecordId& id, RecordRefresher::Done done) {
  Source* const found = find(account, id.source);
  if (found == nullptr) return false;
  found->refresher.resync(id, std::move(done));
  found->by_id_worker.nudge();
  return true;
}

std::expected<WebhookAccepted, WebhookFailure> Sources::accept_webhook(const std::string& account,
                                                                       const std::string& source,
                                                                       const WebhookRequest& request) {
  Source* const found = find(account, source);
  if (found == nullptr) return std::unexpected(WebhookFailure::refused);
  auto accepted = found->webhooks.accept(request, wall_clock());
  if (accepted && accepted->events > accepted->ignored) found->by_id_worker.nudge();
  return accepted;
}

RefusedWebhooks Sources::refused_webhooks(const std::string& account, const std::string& source) const {
  RefusedWebhooks refused;
  for (const auto& one : sources_) {
    const SyncerOptions& of = one->setup.syncer;
    if (of.account == account && (source.empty() || of.source == source)) refused += one->webhooks.refused();
  }
  return refused;
}

std::expected<index::ApplyResult, index::IndexError> Sources::confirm_sweep(const std::string& account,
                                                                            const std::string& source) {
  Source* const found = find(account, source);
  if (found == nullptr) return index::ApplyResult{};
  auto result = index_.confirm_sweep(account, source, wall_clock());
  if (result) found->syncer.confirmed(wall_clock());
  return result;
}

void Sources::tell_mode(Source& source, index::SourceState::Mode mode) {
  source.syncer.set_mode(mode);
  source.refresher.set_mode(mode);
  source.webhooks.set_mode(mode);
  source.live.set_mode(mode);
}

std::expected<void, index::IndexError> Sources::set_mode(const std::string& account, const std::string& source,
                                                         index::SourceState::Mode mode) {
  Source* const found = find(account, source);
  if (found == nullptr) return {};
  if (auto kept = index_.set_mode(account, source, mode, wall_clock()); !kept) return kept;
  tell_mode(*found, mode);
  found->listing_worker.nudge();
  found->by_id_worker.nudge();
  return {};
}

std::optional<std::future<PreviewAnswer>> Sources::preview(const std::string& account, const std::string& source,
                                                           std::size_t records_max) {
  Source* const found = find(account, source);
  if (found == nullptr) return std::nullopt;
  auto answer = found->preview.ask(records_max);
  found->interactive_worker.nudge();
  return answer;
}

std::expected<std::uint64_t, index::IndexError> Sources::purge(const std::string& account, const std::string& source) {
  const auto before = index_.read().source_state(account, source);
  if (!before) return std::unexpected(before.error());
  std::string from;
  do {
    auto next = index_.purge(account, source, from, kPurgeStep, wall_clock());
    if (!next) return std::unexpected(next.error());
    from = *std::move(next);
    std::this_thread::sleep_for(kPurgePause);
  } while (!from.empty() && !stopping_);
  return before->records;
}

std::size_t Sources::ask_live(const std::string& account, telephony::PhoneNumber number, const LiveSearch::Done& done) {
  std::size_t asked = 0;
  for (const auto& source : sources_) {
    if (!source->setup.live || source->setup.syncer.account != account) continue;
    if (!source->live.ask(number, wall_clock(), done)) continue;
    ++asked;
    source->interactive_worker.nudge();
  }
  return asked;
}

bool Sources::has_live(std::string_view account) const {
  return std::ranges::any_of(
      sources_, [&](const auto& source) { return source->setup.live && source->setup.syncer.account == account; });
}

}  // namespace ringdex::sync

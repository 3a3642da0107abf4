#include "sync/mirror/live_search.h"

#include <algorithm>
#include <utility>

#include "config/logging/log.h"
#include "telephony/number/number_variants.h"

namespace ringdex::sync {
namespace {

constexpr std::chrono::minutes kSearchIdleWait{10};
constexpr std::uint64_t kRequestsKept = 3;

std::expected<bool, FetchError> not_asked() {
  return std::unexpected(FetchError{FetchErrorKind::rate_limited, "not asked", std::nullopt, 0});
}

bool has_number(const index::Record& record, telephony::PhoneNumber number) {
  return std::ranges::any_of(
      record.phones, [&](const auto& phone) { return phone.number && telephony::canonical(*phone.number) == number; });
}

// A wall clock that was set back must not keep a number or a source shut.
bool is_ahead(TimePoint until, TimePoint now, std::chrono::milliseconds longest) {
  return until > now && until - now <= longest;
}

}  // namespace

LiveSearch::LiveSearch(LiveSearchOptions options, Connector& connector, index::Index& index)
    : options_(std::move(options)), connector_(connector), index_(index) {}

bool LiveSearch::ask(telephony::PhoneNumber number, TimePoint now, Done done) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || disabled_ || is_ahead(broken_until_, now, options_.broken_pause)) return false;
  if (const auto unknown = unknown_until_.find(number); unknown != unknown_until_.end()) {
    if (is_ahead(unknown->second, now, options_.remembered)) return false;
    unknown_until_.erase(unknown);
  }
  const bool is_new = !waiting_.contains(number);
  if (is_new && waiting_.size() >= kWaitingMax) return false;
  if (is_new) order_.push_back(number);
  waiting_[number].push_back(std::move(done));
  return true;
}

TimePoint LiveSearch::step(TimePoint now) {
  std::optional<telephony::PhoneNumber> next;
  bool may_ask = false;
  {
    const std::lock_guard lock(mutex_);
    if (order_.empty()) return now + kSearchIdleWait;
    next = order_.front();
    // What was asked for before the source failed is not worth the time of those who ask later.
    may_ask = !disabled_ && !is_ahead(broken_until_, now, options_.broken_pause);
  }
  settle(*next, may_ask && leaves_enough(now) ? search(*next, now) : not_asked(), now);
  return now;
}

// The sync goes first: half of a day's share and a few requests of each minute are its own.
bool LiveSearch::leaves_enough(TimePoint now) const {
  const RequestsLeft left = connector_.requests_left(now);
  if (left.this_minute && *left.this_minute < kRequestsKept) return false;
  return !left.today || !left.of_today || *left.today >= *left.of_today / 2;
}

// The source's search is loose: only who has the number by our own reading counts.
std::expected<bool, FetchError> LiveSearch::search(telephony::PhoneNumber number, TimePoint now) {
  auto hits = connector_.find_by_phone(number, now);
  if (!hits) return std::unexpected(hits.error());
  index::ChangeBatch batch;
  batch.account = options_.account;
  batch.source = options_.source;
  batch.cause = index::ChangeCause::live;
  for (FetchedRecord& hit : *hits) {
    if (!hit.record || !has_number(*hit.record, number)) continue;
    batch.organizations.insert(batch.organizations.end(), hit.organizations.begin(), hit.organizations.end());
    batch.upserts.insert(batch.upserts.end(), hit.others.begin(), hit.others.end());
    batch.upserts.push_back(*std::move(hit.record));
  }
  if (batch.upserts.empty()) return false;
  const auto applied = index_.apply(std::move(batch), options_.policy, now);
  if (!applied) {
    return std::unexpected(FetchError{FetchErrorKind::unavailable, applied.error().message, std::nullopt, 0});
  }
  return applied->added + applied->updated + applied->unchanged > 0;
}

void LiveSearch::settle(telephony::PhoneNumber number, const std::expected<bool, FetchError>& found, TimePoint now) {
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto at = waiting_.find(number);
    if (at != waiting_.end()) {
      waiting = std::move(at->second);
      waiting_.erase(at);
      std::erase(order_, number);
    }
    if (found) {
      failures_ = 0;
      broken_until_ = {};
      if (!*found) remember(number, now);
    } else if (found.error().kind == FetchErrorKind::rate_limited && found.error().http_status == 0) {
      // Nothing is wrong with the source.
    } else if (++failures_ >= options_.failures_max) {
      broken_until_ = now + options_.broken_pause;
      log::warn("{}: not asked about unknown numbers for {} s: {}", options_.source,
                std::chrono::floor<std::chrono::seconds>(options_.broken_pause).count(), found.error().message);
    }
  }
  for (const Done& done : waiting) done(found.value_or(false));
}

void LiveSearch::remember(telephony::PhoneNumber number, TimePoint now) {
  if (unknown_until_.size() >= kRememberedMax) {
    std::erase_if(unknown_until_, [&](const auto& entry) { return !is_ahead(entry.second, now, options_.remembered); });
  }
  // Rather ask again than remember without end.
  if (unknown_until_.size() >= kRememberedMax) unknown_until_.clear();
  unknown_until_[number] = now + options_.remembered;
}

void LiveSearch::stop() {
  std::map<telephony::PhoneNumber, std::vector<Done>> waiting;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting.swap(waiting_);
    order_.clear();
  }
  for (const auto& [number, all] : waiting) {
    for (const Done& done : all) done(false);
  }
}

void LiveSearch::set_mode(index::SourceState::Mode mode) {
  const std::lock_guard lock(mutex_);
  disabled_ = mode == index::SourceState::Mode::disabled;
}

}  // namespace ringdex::sync

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "index/history/inbox.h"
#include "index/index.h"
#include "sync/connector.h"

namespace ringdex::sync {

struct WebhookIntakeOptions {
  std::string account;
  std::string source;
  index::ApplyPolicy policy;
};

struct WebhookAccepted {
  std::size_t events = 0;   // all in the request
  std::size_t ignored = 0;  // of types that ask for nothing
};

enum class WebhookFailure { refused, malformed, not_supported, not_stored };

// Requests that were not accepted since the start, for the admin; who sent them is not told which it was.
struct RefusedWebhooks {
  std::uint64_t bad_signature = 0;  // or none
  std::uint64_t outside_time_window = 0;
  std::uint64_t malformed = 0;
  std::uint64_t not_supported = 0;
  std::uint64_t not_stored = 0;
  std::optional<TimePoint> last_at;
  std::string last_reason;  // the name of its counter
  RefusedWebhooks& operator+=(const RefusedWebhooks& other);
};

// A webhook request to durable inbox events. Deletions need no answer of the CRM and are applied before accept()
// returns; everything else is the RecordRefresher's. Any thread may call.
class WebhookIntake {
 public:
  WebhookIntake(WebhookIntakeOptions options, const Connector& connector, index::Index& index, index::Inbox& inbox);

  std::expected<WebhookAccepted, WebhookFailure> accept(const WebhookRequest& request, TimePoint now);
  RefusedWebhooks refused() const;
  // What an admin switched: of a disabled source, deletions are applied and merges wait; the rest is only noted.
  void set_mode(index::SourceState::Mode mode) { disabled_ = mode == index::SourceState::Mode::disabled; }

 private:
  void apply_deletions(const std::vector<const Hint*>& hints, const std::vector<std::uint64_t>& numbers, TimePoint now);
  std::optional<index::EventDone> add_deletion(const Hint& hint, std::uint64_t number, const index::IndexView& view,
                                               index::ChangeBatch& batch) const;
  void note_ignored(const std::vector<const Hint*>& hints, TimePoint now);
  void count(std::uint64_t RefusedWebhooks::* reason, TimePoint now);

  const WebhookIntakeOptions options_;
  const Connector& connector_;
  index::Index& index_;
  index::Inbox& inbox_;
  std::atomic<bool> disabled_{false};
  mutable std::mutex mutex_;
  RefusedWebhooks refused_;  // under mutex_
};

}  // namespace ringdex::sync

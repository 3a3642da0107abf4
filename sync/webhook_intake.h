#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "index/inbox.h"
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

// A webhook request to durable inbox events. Deletions need no answer of the CRM and are applied before accept()
// returns; everything else is the RecordRefresher's. Any thread may call.
class WebhookIntake {
 public:
  WebhookIntake(WebhookIntakeOptions options, const Connector& connector, index::Index& index, index::Inbox& inbox);

  std::expected<WebhookAccepted, WebhookFailure> accept(const WebhookRequest& request, TimePoint now);
  // What an admin switched: of a disabled source, deletions are applied and merges wait; the rest is not kept.
  void set_mode(index::SourceState::Mode mode) { disabled_ = mode == index::SourceState::Mode::disabled; }

 private:
  void apply_deletions(const std::vector<const Hint*>& hints, const std::vector<std::uint64_t>& numbers, TimePoint now);
  bool add_deletion(const Hint& hint, const index::IndexView& view, index::ChangeBatch& batch) const;

  const WebhookIntakeOptions options_;
  const Connector& connector_;
  index::Index& index_;
  index::Inbox& inbox_;
  std::atomic<bool> disabled_{false};
};

}  // namespace ringdex::sync

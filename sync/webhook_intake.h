#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

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

 private:
  void apply_deletion(const Hint& hint, std::uint64_t number, TimePoint now);

  const WebhookIntakeOptions options_;
  const Connector& connector_;
  index::Index& index_;
  index::Inbox& inbox_;
};

}  // namespace ringdex::sync

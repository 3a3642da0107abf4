#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "index/index.h"
#include "sync/connector.h"
#include "telephony/number/phone_number.h"

namespace ringdex::sync {

struct LiveSearchOptions {
  std::string account;
  std::string source;
  index::ApplyPolicy policy;
  // How long a number that the source does not know is not asked for again. Short, since its search lags.
  std::chrono::milliseconds remembered{std::chrono::minutes(5)};
  // So many failures in a row keep it from being asked for so long; then one question tries again.
  unsigned failures_max = 3;
  std::chrono::milliseconds broken_pause{std::chrono::seconds(30)};
};

// Asks one source for a number that the mirror does not know, while somebody's phone rings. One
// question at a time for a number, however many ask; what is found goes into the index. step() is called by one thread,
// all else by any.
class LiveSearch {
 public:
  static constexpr std::size_t kWaitingMax = 64;
  static constexpr std::size_t kRememberedMax = 10'000;
  using Done = std::function<void(bool found)>;

  LiveSearch(LiveSearchOptions options, Connector& connector, index::Index& index);

  // `number` is canonical. false if it is not asked (known to be unknown, too many failures, too many that wait); then
  // `done` is not called. Else `done` is called once, from the stepping thread or from stop(); it must not block.
  bool ask(telephony::PhoneNumber number, TimePoint now, Done done);
  // One question; says when to call again if nobody asks before.
  TimePoint step(TimePoint now);
  void stop();
  void set_mode(index::SourceState::Mode mode);

 private:
  bool leaves_enough(TimePoint now) const;
  std::expected<bool, FetchError> search(telephony::PhoneNumber number, TimePoint now);
  void settle(telephony::PhoneNumber number, const std::expected<bool, FetchError>& found, TimePoint now);
  void remember(telephony::PhoneNumber number, TimePoint now);

  const LiveSearchOptions options_;
  Connector& connector_;
  index::Index& index_;

  std::mutex mutex_;
  // Under mutex_.
  std::map<telephony::PhoneNumber, std::vector<Done>> waiting_;
  std::deque<telephony::PhoneNumber> order_;  // in which they were asked for
  std::map<telephony::PhoneNumber, TimePoint> unknown_until_;
  unsigned failures_ = 0;
  TimePoint broken_until_{};
  bool stopped_ = false;
  bool disabled_ = false;
};

}  // namespace ringdex::sync

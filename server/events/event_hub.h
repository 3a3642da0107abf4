#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "index/calls/call_event.h"

namespace ringdex::server {

class EventHub;

// What one listener has still to be told. Filled by whoever publishes, emptied by the listener's connection; ends its
// subscription when it is destroyed. Any thread may call.
class EventSubscription {
 public:
  ~EventSubscription();
  EventSubscription(const EventSubscription&) = delete;
  EventSubscription& operator=(const EventSubscription&) = delete;

  // Events up to this number are known to the listener: they are dropped, also those that are yet to come.
  void skip_to(std::uint64_t number);
  // `wake` is called, from any thread, when there is something to take or the listener was cut off; at most once until
  // the next take, and at once if something is there already. It must not call back.
  void wake_by(std::function<void()> wake);
  // Appends all frames that wait to `out`, in order; gives how many.
  std::size_t take(std::string& out);
  // More waited than its queue holds. Nothing comes any more.
  bool cut_off() const;

 private:
  friend class EventHub;
  using Frame = std::shared_ptr<const std::string>;
  struct Waiting {
    std::uint64_t number;
    Frame frame;
  };
  EventSubscription(EventHub& hub, std::string account, std::string agent, std::size_t queue_bytes_max)
      : hub_(hub), account_(std::move(account)), agent_(std::move(agent)), queue_bytes_max_(queue_bytes_max) {}
  void push(std::uint64_t number, const Frame& frame);
  void wake();

  EventHub& hub_;
  const std::string account_;
  const std::string agent_;  // empty: all of the account
  const std::size_t queue_bytes_max_;

  mutable std::mutex mutex_;
  // Under mutex_.
  std::vector<Waiting> queue_;
  std::size_t queue_bytes_ = 0;
  std::uint64_t seen_ = 0;  // newest number that was queued or skipped
  std::function<void()> wake_;
  bool woken_ = false;
  bool cut_off_ = false;
};

struct EventHubLimits {
  std::size_t subscriptions_max = 10'000;
  std::size_t queue_bytes_max = 1024 * 1024;  // of one subscription; listeners share the bytes
};

// From what happens to calls to those who listen. Publishing never waits for a listener: who does not keep up is cut
// off, and comes back for what it missed. Any thread may call; outlives its subscriptions.
class EventHub {
 public:
  explicit EventHub(EventHubLimits limits = {}) : limits_(limits) {}

  // The caller sees to it that the numbers of an account grow from call to call.
  void publish(const std::string& account, const index::CallEvent& event);
  // Of `agent` those events that concern it, of an empty one all of the account. nullopt if there are too many.
  std::shared_ptr<EventSubscription> subscribe(const std::string& account, const std::string& agent);

 private:
  friend class EventSubscription;
  using Listeners = std::unordered_map<std::string, std::vector<EventSubscription*>>;  // by agent
  void remove(EventSubscription* subscription);

  const EventHubLimits limits_;
  std::mutex mutex_;
  // Under mutex_.
  std::unordered_map<std::string, Listeners> accounts_;
  std::size_t subscriptions_ = 0;
};

}  // namespace ringdex::server

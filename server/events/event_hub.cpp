#include "server/events/event_hub.h"

#include <algorithm>
#include <utility>

#include "server/events/event_frame.h"

namespace ringdex::server {

EventSubscription::~EventSubscription() {
  hub_.remove(this);
}

void EventSubscription::skip_to(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  seen_ = std::max(seen_, number);
  std::erase_if(queue_, [&](const Waiting& waiting) {
    if (waiting.number > number) return false;
    queue_bytes_ -= waiting.frame->size();
    return true;
  });
}

void EventSubscription::wake_by(std::function<void()> wake_function) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake_function);
  if (!queue_.empty() || cut_off_) wake();
}

std::size_t EventSubscription::take(std::string& out) {
  const std::lock_guard lock(mutex_);
  for (const Waiting& waiting : queue_) out += *waiting.frame;
  const std::size_t taken = queue_.size();
  queue_.clear();
  queue_bytes_ = 0;
  woken_ = false;
  return taken;
}

bool EventSubscription::cut_off() const {
  const std::lock_guard lock(mutex_);
  return cut_off_;
}

// An event that names an agent twice comes twice, and one that the history has told already may come late.
void EventSubscription::push(std::uint64_t number, const Frame& frame) {
  const std::lock_guard lock(mutex_);
  if (cut_off_ || number <= seen_) return;
  seen_ = number;
  // One that is longer than the whole queue has nobody to blame.
  if (!queue_.empty() && queue_bytes_ + frame->size() > queue_bytes_max_) {
    cut_off_ = true;
    std::vector<Waiting>().swap(queue_);
    queue_bytes_ = 0;
    // Its connection may be waiting for the reader, and not look before it is told.
    return wake();
  }
  queue_.push_back({number, frame});
  queue_bytes_ += frame->size();
  if (!woken_) wake();
}

void EventSubscription::wake() {
  if (!wake_) return;
  woken_ = true;
  wake_();
}

// A subscription's end takes it out under the lock first, so those that are found here live while it is held.
void EventHub::publish(const std::string& account, const index::CallEvent& event) {
  const std::lock_guard lock(mutex_);
  const auto listeners = accounts_.find(account);
  if (listeners == accounts_.end()) return;
  EventSubscription::Frame frame;
  const auto tell = [&](const std::string& agent) {
    const auto found = listeners->second.find(agent);
    if (found == listeners->second.end()) return;
    if (!frame) frame = std::make_shared<const std::string>(event_frame(event));
    for (EventSubscription* subscription : found->second) subscription->push(event.number, frame);
  };
  tell("");
  for (const std::string& agent : event.agents) {
    if (!agent.empty()) tell(agent);
  }
}

std::shared_ptr<EventSubscription> EventHub::subscribe(const std::string& account, const std::string& agent) {
  const std::lock_guard lock(mutex_);
  if (subscriptions_ >= limits_.subscriptions_max) return nullptr;
  std::shared_ptr<EventSubscription> made(new EventSubscription(*this, account, agent, limits_.queue_bytes_max));
  accounts_[account][agent].push_back(made.get());
  ++subscriptions_;
  return made;
}

void EventHub::remove(EventSubscription* subscription) {
  const std::lock_guard lock(mutex_);
  const auto listeners = accounts_.find(subscription->account_);
  const auto found = listeners->second.find(subscription->agent_);
  std::erase(found->second, subscription);
  if (found->second.empty()) listeners->second.erase(found);
  if (listeners->second.empty()) accounts_.erase(listeners);
  --subscriptions_;
}

}  // namespace ringdex::server

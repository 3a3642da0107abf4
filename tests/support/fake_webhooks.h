#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "index/record.h"

namespace ringdex::test_support {

// Sends signed webhook bodies to one address, one after the other on a thread of its own. Safe from any thread.
class FakeWebhooks {
 public:
  FakeWebhooks(std::string url, std::string secret, std::function<index::TimePoint()> clock);
  ~FakeWebhooks();
  FakeWebhooks(const FakeWebhooks&) = delete;
  FakeWebhooks& operator=(const FakeWebhooks&) = delete;

  void send(std::string body);
  void hold();                  // keep what comes from now on
  void release(bool reversed);  // send what was kept, perhaps the last one first
  void drop_next(unsigned count);
  void repeat_each(unsigned times);   // 1: once, as usual
  void wait_until_sent();             // what is held does not count
  std::vector<int> statuses() const;  // one per request; 0: no answer

  // "x-zendesk-webhook-signature" of a body.
  static std::string sign(const std::string& secret, const std::string& timestamp, const std::string& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ringdex::test_support

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringdex::test_support {

// Sends webhook bodies to one address, one after the other on a thread of its own. Safe from any thread.
class FakeWebhooks {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  // The headers that make a body the CRM's, at the moment of sending.
  FakeWebhooks(const std::string& url, std::function<Headers(const std::string& body)> sign);
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

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// base64(HMAC-SHA256(secret, message))
std::string fake_signature(const std::string& secret, const std::string& message);

}  // namespace ringdex::test_support

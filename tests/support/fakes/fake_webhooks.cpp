#include "tests/support/fakes/fake_webhooks.h"

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "telephony/text/base64.h"

namespace ringdex::test_support {

struct FakeWebhooks::State {
  std::string origin;
  std::string path;
  std::function<Headers(const std::string& body)> sign;

  mutable std::mutex mutex;
  std::condition_variable changed;
  // Under mutex.
  std::deque<std::string> queue;
  std::deque<std::string> held;
  std::vector<int> statuses;
  unsigned drop = 0;
  unsigned repeat = 1;
  bool holding = false;
  bool sending = false;
  bool ending = false;
  std::thread thread;

  void run() {
    httplib::Client client(origin);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);  // else Nagle and the delayed ACK add 40 ms to each event but the first
    client.set_connection_timeout(2);
    client.set_read_timeout(5);
    client.enable_server_certificate_verification(false);
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return ending || !queue.empty(); });
      if (ending) return;
      const std::string body = std::move(queue.front());
      queue.pop_front();
      sending = true;
      lock.unlock();
      const Headers signature = sign(body);
      const httplib::Headers headers(signature.begin(), signature.end());
      const auto result = client.Post(path, headers, body, "application/json");
      lock.lock();
      statuses.push_back(result ? result->status : 0);
      sending = false;
      changed.notify_all();
    }
  }
};

FakeWebhooks::FakeWebhooks(const std::string& url, std::function<Headers(const std::string& body)> sign)
    : state_(std::make_unique<State>()) {
  const auto scheme_end = url.find("://");
  const auto path_at = url.find('/', scheme_end == std::string::npos ? 0 : scheme_end + 3);
  state_->origin = url.substr(0, path_at);
  state_->path = path_at == std::string::npos ? "/" : url.substr(path_at);
  state_->sign = std::move(sign);
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

FakeWebhooks::~FakeWebhooks() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->ending = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

void FakeWebhooks::send(std::string body) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->drop > 0) {
      --state_->drop;
      return;
    }
    auto& queue = state_->holding ? state_->held : state_->queue;
    for (unsigned i = 0; i < state_->repeat; ++i) queue.push_back(body);
  }
  state_->changed.notify_all();
}

void FakeWebhooks::hold() {
  const std::scoped_lock lock(state_->mutex);
  state_->holding = true;
}

void FakeWebhooks::release(bool reversed) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->holding = false;
    if (reversed) std::reverse(state_->held.begin(), state_->held.end());
    for (auto& body : state_->held) state_->queue.push_back(std::move(body));
    state_->held.clear();
  }
  state_->changed.notify_all();
}

void FakeWebhooks::drop_next(unsigned count) {
  const std::scoped_lock lock(state_->mutex);
  state_->drop = count;
}

void FakeWebhooks::repeat_each(unsigned times) {
  const std::scoped_lock lock(state_->mutex);
  state_->repeat = times;
}

void FakeWebhooks::wait_until_sent() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->queue.empty() && !state_->sending; });
}

std::vector<int> FakeWebhooks::statuses() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->statuses;
}

std::string fake_signature(const std::string& secret, const std::string& message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &length);
  return text::base64_encode({reinterpret_cast<const char*>(digest.data()), length});
}

}  // namespace ringdex::test_support

#include "server/events/event_hub.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "server/cli/event_reader.h"
#include "server/events/event_frame.h"

namespace ringdex::server {
namespace {

index::CallEvent event(std::uint64_t number, std::vector<std::string> agents = {}) {
  return {.number = number, .type = "ringing", .agents = std::move(agents), .data = std::to_string(number)};
}

std::vector<std::uint64_t> numbers(const std::string& frames) {
  EventReader reader;
  std::vector<ReceivedEvent> events;
  REQUIRE(reader.read(frames, events));
  std::vector<std::uint64_t> out;
  for (const ReceivedEvent& one : events) {
    CHECK(one.data == one.id);
    out.push_back(std::stoull(one.id));
  }
  return out;
}

std::vector<std::uint64_t> take(EventSubscription& subscription) {
  std::string frames;
  const std::size_t taken = subscription.take(frames);
  auto all = numbers(frames);
  CHECK(all.size() == taken);
  return all;
}

using Numbers = std::vector<std::uint64_t>;

TEST_CASE("each listener gets what concerns it, in order, once") {
  EventHub hub;
  const auto all = hub.subscribe("acme", "");
  const auto mary = hub.subscribe("acme", "mary");
  const auto mary_again = hub.subscribe("acme", "mary");
  const auto joe = hub.subscribe("acme", "joe");
  const auto other = hub.subscribe("other", "mary");
  hub.publish("acme", event(1));
  hub.publish("acme", event(2, {"mary"}));
  hub.publish("acme", event(4, {"mary", "joe", "mary", "nobody", ""}));
  hub.publish("other", event(3, {"mary"}));
  hub.publish("unheard", event(9));
  CHECK(take(*all) == Numbers{1, 2, 4});
  CHECK(take(*mary) == Numbers{2, 4});
  CHECK(take(*mary_again) == Numbers{2, 4});
  CHECK(take(*joe) == Numbers{4});
  CHECK(take(*other) == Numbers{3});
  CHECK(take(*all).empty());
  hub.publish("acme", event(5));
  CHECK(take(*all) == Numbers{5});
  CHECK(take(*mary).empty());
}

TEST_CASE("what the history has told is not told again") {
  EventHub hub;
  const auto all = hub.subscribe("acme", "");
  for (std::uint64_t number = 1; number <= 3; ++number) hub.publish("acme", event(number));
  all->skip_to(5);
  for (std::uint64_t number = 4; number <= 7; ++number) hub.publish("acme", event(number));
  all->skip_to(2);
  CHECK(take(*all) == Numbers{6, 7});
}

TEST_CASE("one wake until the next take") {
  EventHub hub;
  const auto all = hub.subscribe("acme", "");
  int wakes = 0;
  hub.publish("acme", event(1));
  all->wake_by([&] { ++wakes; });
  CHECK(wakes == 1);
  hub.publish("acme", event(2));
  hub.publish("acme", event(3));
  CHECK(wakes == 1);
  CHECK(take(*all) == Numbers{1, 2, 3});
  CHECK(wakes == 1);
  hub.publish("acme", event(4));
  CHECK(wakes == 2);
}

TEST_CASE("a full queue cuts off its listener and nobody else") {
  const std::size_t frame = event_frame(event(100)).size();
  EventHub hub({.queue_bytes_max = 3 * frame});
  const auto slow = hub.subscribe("acme", "");
  const auto quick = hub.subscribe("acme", "");
  int wakes = 0;
  slow->wake_by([&] { ++wakes; });
  Numbers got;
  for (std::uint64_t number = 100; number < 110; ++number) {
    hub.publish("acme", event(number));
    CHECK(take(*quick) == Numbers{number});
    CHECK(slow->cut_off() == (number >= 103));
  }
  CHECK_FALSE(quick->cut_off());
  CHECK(take(*slow).empty());
  // For the first event, and that it is cut off.
  CHECK(wakes == 2);
  // No queue is too short for one event.
  index::CallEvent large = event(200);
  large.data = std::string(5 * frame, '2');
  hub.publish("acme", large);
  std::string frames;
  CHECK(quick->take(frames) == 1);
  CHECK(frames == event_frame(large));
  // A reader that does not keep up at first is not cut off for what it took since.
  hub.publish("acme", event(210));
  hub.publish("acme", event(211));
  CHECK(take(*quick) == Numbers{210, 211});
}

TEST_CASE("so many subscriptions and no more") {
  EventHub hub({.subscriptions_max = 2});
  auto first = hub.subscribe("acme", "");
  const auto second = hub.subscribe("acme", "mary");
  CHECK(hub.subscribe("other", "") == nullptr);
  first.reset();
  const auto third = hub.subscribe("other", "");
  REQUIRE(third != nullptr);
  CHECK(hub.subscribe("acme", "") == nullptr);
  hub.publish("other", event(1));
  CHECK(take(*third) == Numbers{1});
}

// An event source with its journal, as the server has one for each account.
class Publisher {
 public:
  explicit Publisher(EventHub& hub, std::string account) : hub_(hub), account_(std::move(account)) {}
  void publish_until(const std::atomic<bool>& stop) {
    for (std::uint64_t number = 1; !stop; ++number) {
      newest_ = number;
      hub_.publish(account_, event(number, {"mary"}));
    }
  }
  std::uint64_t newest() const { return newest_; }

 private:
  EventHub& hub_;
  const std::string account_;
  std::atomic<std::uint64_t> newest_{0};
};

TEST_CASE("listeners come and go while several threads publish, and miss nothing while they are there") {
  constexpr std::uint32_t kSeed = 3;
  MESSAGE("seed ", kSeed);
  EventHub hub({.subscriptions_max = 1'000, .queue_bytes_max = 64 << 20});
  std::vector<std::unique_ptr<Publisher>> publishers;
  for (int i = 0; i < 3; ++i) publishers.push_back(std::make_unique<Publisher>(hub, std::to_string(i)));
  std::atomic<bool> stop{false};
  std::vector<std::jthread> threads;
  for (const auto& publisher : publishers) threads.emplace_back([&] { publisher->publish_until(stop); });

  std::atomic<std::size_t> gaps{0};
  std::atomic<std::size_t> received{0};
  const auto listen = [&](std::uint32_t seed) {
    std::mt19937 chance(seed);
    for (int round = 0; round < 100; ++round) {
      const std::size_t account = chance() % publishers.size();
      struct Bell {
        std::mutex mutex;
        std::condition_variable changed;
        bool rung = false;
      };
      const auto bell = std::make_shared<Bell>();
      const auto mine = hub.subscribe(std::to_string(account), chance() % 2 == 0 ? "mary" : "");
      const std::uint64_t known = publishers[account]->newest();
      mine->skip_to(known);
      mine->wake_by([bell] {
        const std::lock_guard lock(bell->mutex);
        bell->rung = true;
        bell->changed.notify_one();
      });
      std::uint64_t next = known + 1;
      const std::uint64_t enough = next + chance() % 200;
      while (next < enough) {
        {
          std::unique_lock lock(bell->mutex);
          bell->changed.wait(lock, [&] { return bell->rung; });
          bell->rung = false;
        }
        std::string frames;
        mine->take(frames);
        EventReader reader;
        std::vector<ReceivedEvent> events;
        reader.read(frames, events);
        for (const ReceivedEvent& one : events) gaps += one.id == std::to_string(next++) ? 0U : 1U;
        received += events.size();
      }
    }
  };
  {
    std::vector<std::jthread> listeners;
    for (std::uint32_t i = 0; i < 4; ++i) listeners.emplace_back([&, i] { listen(kSeed + i); });
  }
  stop = true;
  threads.clear();
  CHECK(gaps == 0);
  CHECK(received > 10'000);
}

}  // namespace
}  // namespace ringdex::server

#include "bench/ring_ledger.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace ringdex::bench {
namespace {

constexpr RingLedger::Time kStart{};
constexpr RingLedger::Time kLater = kStart + std::chrono::milliseconds(3);

// Two agents' listeners and one of the whole account, each of which is told that it is ready.
struct Scene {
  // Its histograms are too large for the stack.
  std::unique_ptr<RingLedger> ledger = std::make_unique<RingLedger>("ring-7-", 2, 1, 10);
  Scene() {
    for (std::size_t i = 0; i < ledger->listeners(); ++i) ledger->hear(i, "5", "ready", R"({"newest":5})", kStart);
  }
  void hear(std::size_t listener, const char* id, const char* ring, const char* type = "ringing") const {
    ledger->hear(listener, id, type, R"({"call":{"agents":["a"],"id":"ring-7-)" + std::string(ring) + R"("}})", kLater);
  }
};

TEST_CASE("each ring once to its agent and once to the listener of all is no fault") {
  const Scene scene;
  CHECK(scene.ledger->begin(0, kStart, false) == 0);
  CHECK(scene.ledger->begin(1, kStart, true) == 1);
  CHECK(scene.ledger->outstanding() == 4);
  scene.hear(0, "6", "0");
  scene.hear(2, "6", "0");
  scene.hear(1, "7", "1");
  CHECK(scene.ledger->close() == RingFaults{.lost = 1});
  scene.hear(2, "7", "1");
  scene.hear(1, "8", "1", "changed");
  CHECK(scene.ledger->close() == RingFaults{});
  CHECK(scene.ledger->heard() == 5);
  // The first was not to be counted.
  CHECK(scene.ledger->latency().count() == 1);
  CHECK(scene.ledger->latency().max() == kLater - kStart);
  CHECK(scene.ledger->account_latency().count() == 1);
}

TEST_CASE("what is out of order, another's, told twice, or nobody's") {
  const Scene scene;
  scene.ledger->begin(0, kStart, true);
  SUBCASE("an id that does not grow") {
    scene.hear(0, "5", "0");
    CHECK(scene.ledger->close() == RingFaults{.disordered = 1, .lost = 1});
  }
  SUBCASE("another agent's") {
    scene.hear(1, "6", "0");
    CHECK(scene.ledger->close() == RingFaults{.misplaced = 1, .lost = 2});
  }
  SUBCASE("told twice") {
    scene.hear(0, "6", "0");
    scene.hear(0, "7", "0");
    scene.hear(2, "6", "0");
    scene.hear(2, "7", "0");
    CHECK(scene.ledger->close() == RingFaults{.repeated = 2});
  }
  SUBCASE("nobody's") {
    scene.hear(0, "6", "1");
    scene.hear(0, "7", "x");
    scene.hear(0, "", "0");
    scene.ledger->hear(0, "8", "reset", R"({"reason":"forgotten"})", kLater);
    scene.ledger->hear(0, "9", "changed", R"({"call":{"id":"ring-6-0"}})", kLater);
    CHECK(scene.ledger->close() == RingFaults{.strange = 4, .lost = 2});
  }
}

TEST_CASE("a ring that failed may be told or not") {
  const Scene scene;
  scene.ledger->begin(0, kStart, true);
  scene.ledger->begin(0, kStart, true);
  scene.hear(0, "6", "0");
  scene.ledger->forget(0);
  scene.ledger->forget(1);
  scene.ledger->forget(1);
  CHECK(scene.ledger->outstanding() == 0);
  scene.hear(0, "7", "1");
  CHECK(scene.ledger->close() == RingFaults{});
}

}  // namespace
}  // namespace ringdex::bench

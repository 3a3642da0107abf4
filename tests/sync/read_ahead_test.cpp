#include "sync/mirror/read_ahead.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/support/fakes/fake_connector.h"

namespace ringdex::sync {
namespace {

const TimePoint kNow{std::chrono::hours(400'000)};

struct Scene {
  tests::FakeSource source;
  tests::FakeConnector* inner = nullptr;
  std::unique_ptr<Connector> pages;

  explicit Scene(int people) {
    for (int one = 0; one < people; ++one) source.put(std::to_string(one), "Person " + std::to_string(one));
    auto made = std::make_unique<tests::FakeConnector>(source);
    inner = made.get();
    pages = make_read_ahead(std::move(made));
  }
  // Waits for what is read ahead.
  std::vector<std::string> cursors_asked() {
    static_cast<void>(pages->fetch(source.contact("0"), kNow));
    return inner->cursors;
  }
};

TEST_CASE("pages come in their order, each read once") {
  Scene scene(9);
  std::vector<std::string> names;
  std::vector<std::string> cursors;
  std::string cursor;
  for (bool more = true; more;) {
    cursors.push_back(cursor);
    const auto page = scene.pages->next_page(cursor, kNow);
    REQUIRE(page.has_value());
    for (const auto& record : page->records) names.push_back(record.name);
    cursor = page->next_cursor;
    more = page->more;
  }
  CHECK(names.size() == 9);
  CHECK(scene.cursors_asked() == cursors);
}

TEST_CASE("a page that was read ahead in vain is not given") {
  Scene scene(9);
  const auto first = scene.pages->next_page("", kNow);
  REQUIRE(first.has_value());
  // The syncer could not store it, and begins again.
  const auto again = scene.pages->next_page("", kNow);
  REQUIRE(again.has_value());
  CHECK(again->records == first->records);
  const auto second = scene.pages->next_page(again->next_cursor, kNow);
  REQUIRE(second.has_value());
  CHECK(second->records != first->records);
}

TEST_CASE("a failure ahead is asked again when its time comes") {
  Scene scene(9);
  scene.inner->pages.push_back(std::nullopt);
  scene.inner->pages.push_back(std::unexpected(tests::failure(FetchErrorKind::unavailable, "away for a moment")));
  const auto first = scene.pages->next_page("", kNow);
  REQUIRE(first.has_value());
  const auto second = scene.pages->next_page(first->next_cursor, kNow);
  REQUIRE(second.has_value());
  CHECK(second->records.size() == 2);
}

TEST_CASE("one call at a time reaches the connector, also when it is destroyed") {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  {
    Scene scene(50);
    scene.inner->before_page = scene.inner->before_fetch = [&]() -> std::optional<FetchError> {
      most = std::max(most.load(), ++inside);
      std::this_thread::yield();
      --inside;
      return std::nullopt;
    };
    std::string cursor;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = scene.pages->next_page(cursor, kNow);
      REQUIRE(page.has_value());
      cursor = page->next_cursor;
      if (pages % 3 == 0) REQUIRE(scene.pages->fetch(scene.source.contact("1"), kNow).has_value());
    }
  }
  CHECK(most == 1);
}

}  // namespace
}  // namespace ringdex::sync

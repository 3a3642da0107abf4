#include "sync/mirror/source_preview.h"

#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

struct Scene : SyncScene {
  FakeConnector connector{source};
  SourcePreview preview{connector};

  Scene() {
    source.name_organization("7", "Acme");
    for (int i = 1; i <= 9; ++i) {
      source.put(std::to_string(i), "Person " + std::to_string(i), {"+13108675301"}, i == 1 ? "7" : "");
    }
  }
  PreviewAnswer ask(std::size_t records) {
    auto answer = preview.ask(records);
    for (int steps = 0; steps < 100; ++steps) {
      if (answer.wait_for(seconds(0)) == std::future_status::ready) return answer.get();
      preview.step(now);
    }
    FAIL("never answered");
    return {};
  }
};

TEST_CASE("a preview reads as many pages as it needs and stores nothing") {
  Scene scene;
  const auto answer = scene.ask(3);
  REQUIRE(answer.records.size() == 3);
  CHECK(answer.pages == 2);
  CHECK(answer.records[0].name == "Person 1");
  CHECK(answer.records[0].organization == "Acme");
  CHECK(answer.error.empty());
  CHECK(scene.open.state().records == 0);
  CHECK(scene.open.answer(index::contact("1")) == "unknown");
  // The next one begins at the beginning.
  CHECK(scene.ask(100).records.size() == 9);
}

TEST_CASE("a preview says what the source answered, with what it had shown before") {
  Scene scene;
  scene.source.make_unfit("2");
  scene.connector.pages.emplace_back(std::nullopt);
  scene.connector.pages.emplace_back(std::unexpected(failure(FetchErrorKind::unauthorized, "HTTP 401")));
  const auto answer = scene.ask(5);
  CHECK(answer.error == "HTTP 401");
  CHECK(answer.records.size() == 1);
  REQUIRE(answer.rejected.size() == 1);
  CHECK(answer.rejected[0].external_id == "2");
}

TEST_CASE("previews end with the sync") {
  Scene scene;
  auto waiting = scene.preview.ask(5);
  scene.preview.stop();
  CHECK(waiting.get().error == "the sync was stopped");
  CHECK(scene.preview.ask(5).get().error == "the sync was stopped");
}

}  // namespace
}  // namespace ringdex::sync

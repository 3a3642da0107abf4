#include "sync/webhooks/webhook_intake.h"

#include <doctest/doctest.h>

#include <string>

#include "sync/mirror/record_refresher.h"
#include "sync/webhooks/hint_codec.h"
#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

struct Scene : SyncScene {
  FakeConnector connector{source};
  WebhookIntakeOptions options{.account = "default", .source = "crm", .policy = {}};

  std::expected<WebhookAccepted, WebhookFailure> accept(const WebhookRequest& request) {
    return WebhookIntake(options, connector, *open.index, *inbox).accept(request, now);
  }
  WebhookAccepted accept(const std::string& body) {
    const auto accepted = accept(tests::signed_request(body));
    REQUIRE(accepted);
    return *accepted;
  }
  // "refetch 1, merged 1 2": what waits, in order.
  std::string waiting() const {
    std::string text;
    const auto events = inbox->pending("default", "crm", 100);
    REQUIRE(events);
    for (const auto& event : *events) {
      const auto hint = decode_hint(event.payload);
      REQUIRE(hint);
      text += (text.empty() ? "" : ", ") + hint->hint.type;
      for (const auto& id : hint->hint.ids) text += " " + id;
    }
    return text;
  }
};

TEST_CASE("what was accepted is on disk when accept returns") {
  Scene scene;
  const auto accepted = scene.accept("refetch 1\nmerged 1 2\norganization 7\nignored\n");
  CHECK(accepted.events == 4);
  CHECK(accepted.ignored == 1);
  CHECK(scene.waiting() == "refetch 1, merged 1 2, organization 7");
  CHECK(scene.connector.fetched.empty());
  scene.reopen();
  CHECK(scene.waiting() == "refetch 1, merged 1 2, organization 7");
}

TEST_CASE("a deletion shows when accept returns and needs no answer of the source") {
  Scene scene;
  scene.open.upsert({index::person("1", "Anna", 50, {"+13108675301"}), index::person("2", "Bo", 50)});
  CHECK(scene.accept("deleted 1 60").events == 1);
  CHECK(scene.open.answer(index::contact("1")) == "gone");
  CHECK(scene.open.ids("+13108675301") == "");
  CHECK(scene.open.answer(index::contact("2")) == "crm:contact:2");
  CHECK(scene.waiting() == "");
  CHECK(scene.connector.fetched.empty());
  scene.reopen();
  CHECK(scene.open.answer(index::contact("1")) == "gone");
  CHECK(scene.waiting() == "");

  // A late page cannot bring it back, a repeat changes nothing.
  scene.open.upsert({index::person("1", "Anna", 60)});
  scene.accept("deleted 1 60\ndeleted 1 55");
  CHECK(scene.open.answer(index::contact("1")) == "gone");
  CHECK(scene.waiting() == "");
}

TEST_CASE("a deletion of the very moment of the last update counts") {
  Scene scene;
  scene.open.upsert({index::person("1", "Anna", 60)});
  scene.accept("deleted 1 60");
  CHECK(scene.open.answer(index::contact("1")) == "gone");
}

TEST_CASE("a deletion of an id that was never seen holds against a late page") {
  Scene scene;
  scene.accept("deleted 1 60");
  scene.open.upsert({index::person("1", "Anna", 59)});
  CHECK(scene.open.answer(index::contact("1")) == "gone");
  scene.open.upsert({index::person("1", "Anna", 61)});
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
}

TEST_CASE("a deletion older than the record is left to the refresher, which asks the source") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.open.upsert({scene.source.alive().at("1")});
  scene.accept("deleted 1 10");
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
  CHECK(scene.waiting() == "deleted 1");

  SUBCASE("it is there") {}
  SUBCASE("it is gone") {
    scene.source.remove("1");
  }
  RecordRefresher refresher({.account = "default",
                             .source = "crm",
                             .retry = {.first = seconds(1), .longest = minutes(5)},
                             .policy = {},
                             .draw = [] { return 0.0; }},
                            scene.connector, *scene.open.index, *scene.inbox, *scene.ledger);
  refresher.step(scene.now);
  CHECK(scene.waiting() == "");
  CHECK(differences(scene.open, scene.source, {"1"}) == "");
}

TEST_CASE("where deletions are not followed the event is settled and the record stays") {
  Scene scene;
  scene.options.policy.delete_records = false;
  scene.open.upsert({index::person("1", "Anna", 50)});
  scene.accept("deleted 1 60");
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
  CHECK(scene.waiting() == "");
}

TEST_CASE("events of types that ask for nothing are counted and not kept") {
  Scene scene;
  const auto accepted = scene.accept("ignored\nignored");
  CHECK(accepted.events == 2);
  CHECK(accepted.ignored == 2);
  CHECK(scene.waiting() == "");
  CHECK(scene.accept("").events == 0);
}

TEST_CASE("refusals") {
  Scene scene;
  const std::string body = "refetch 1";
  CHECK(scene.accept(WebhookRequest{{}, body}).error() == WebhookFailure::refused);
  CHECK(scene.accept(WebhookRequest{{{"signature", "bad"}}, body}).error() == WebhookFailure::refused);
  CHECK(scene.accept(WebhookRequest{{{"signature", "late"}}, body}).error() == WebhookFailure::refused);
  CHECK(scene.accept(tests::signed_request("malformed")).error() == WebhookFailure::malformed);
  CHECK(scene.accept(tests::signed_request("none")).error() == WebhookFailure::not_supported);
  CHECK(scene.waiting() == "");
}

}  // namespace
}  // namespace ringdex::sync

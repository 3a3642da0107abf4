#include "tests/sync/connectors/pipedrive_scene.h"

// The connector against a Pipedrive over real HTTP that limits, fails, and lets tokens and cursors expire.
namespace ringdex::tests {
namespace {

TEST_CASE("a burst limit and a storm of 429 are waited for, and nobody is shut out") {
  FakePipedriveOptions options;
  options.burst_limit = 3;
  options.shut_out_after = 2;
  PipedriveRig rig(options, 20);
  rig.pipedrive.generate(400, 17, true);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  auto counts = rig.pipedrive.counts();
  CHECK(counts["limited"] == 0);  // the last request of each window is followed by a pause
  rig.pipedrive.add_fault(
      {"persons", 5, FakeFault::Kind::answer, 429, R"({"success":false})", {{"X-RateLimit-Reset", "2"}}});
  rig.pipedrive.add_fault({"leads", 1, FakeFault::Kind::answer, 403, "<html>", {{"Content-Type", "text/html"}}});
  const auto before = rig.clock.now();
  rig.run(cursor, mirror);
  CHECK(rig.clock.now() - before >= std::chrono::minutes(10) + 5 * std::chrono::seconds(2));
  rig.check_equal(mirror);
}

TEST_CASE("the day's tokens used up are waited for until the next day") {
  FakePipedriveOptions options;
  options.daily_tokens = 200;
  PipedriveRig rig(options, 20);
  rig.pipedrive.generate(400, 18);
  PageMirror mirror;
  std::string cursor;
  const auto before = rig.clock.now();
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(rig.clock.now() - before > std::chrono::hours(12));
  // One probe a quarter of an hour.
  CHECK(rig.pipedrive.counts().at("limited") <= 24 * 4 + 1);
  CHECK(rig.connector->requests_left(rig.clock.now()).today < 200U);
}

TEST_CASE("faults of a Pipedrive on the way do no harm") {
  PipedriveRig rig({}, 30);
  rig.pipedrive.generate(300, 19, true);
  rig.pipedrive.add_fault({"persons", 2, FakeFault::Kind::truncate, 200, "", {}});
  rig.pipedrive.add_fault({"persons", 2, FakeFault::Kind::close, 200, "", {}});
  rig.pipedrive.add_fault({"organizations", 1, FakeFault::Kind::answer, 500, "<html>", {}});
  rig.pipedrive.add_fault({"leads", 1, FakeFault::Kind::truncate, 200, "", {}});
  rig.pipedrive.add_fault({"", 1, FakeFault::Kind::answer, 503, "", {{"Retry-After", "5"}}});
  rig.pipedrive.configure([](FakePipedriveOptions& options) { options.empty_pages = 3; });
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("pages that lead to themselves are told") {
  PipedriveRig rig({}, 30);
  rig.pipedrive.generate(100, 20, true);
  rig.pipedrive.configure([](FakePipedriveOptions& options) { options.stand_still = true; });
  std::string cursor;
  FetchError error;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = rig.connector->next_page(cursor, rig.clock.now());
    if (!page) {
      error = page.error();
      break;
    }
    cursor = page->next_cursor;
  }
  CHECK(error.kind == FetchErrorKind::malformed);
  const auto leads = rig.connector->next_page(R"({"v":1,"stage":"leads","listing":true})", rig.clock.now());
  REQUIRE_FALSE(leads);
  CHECK(leads.error().kind == FetchErrorKind::malformed);
}

TEST_CASE("larger pages than were asked for are taken as they are") {
  FakePipedriveOptions options;
  options.overfill = 3;
  PipedriveRig rig(options, 10);
  rig.pipedrive.generate(200, 21, true);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("a Pipedrive token is refreshed once, rotated and kept, and names the company") {
  FakePipedriveOptions options;
  options.api_token = "";
  options.refresh_token = "the-first";
  std::string kept;
  PipedriveRig rig(options, 20,
                   OAuth{"a-client", "a-client-secret", RefreshTokenFlow{"the-first"}, "/oauth/token",
                         OAuth::Body::form_and_basic, "api_domain"},
                   {[&] { return kept; },
                    [&](const std::string& token) {
                      kept = token;
                      return true;
                    }});
  rig.pipedrive.generate(200, 23);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  CHECK(rig.pipedrive.counts().at("token") == 1);
  rig.pipedrive.expire_access_token();
  rig.run(cursor, mirror);
  CHECK(rig.pipedrive.counts().at("token") == 2);
  rig.clock.pass(std::chrono::hours(2));
  rig.run(cursor, mirror);
  CHECK(rig.pipedrive.counts().at("token") == 3);
  CHECK(kept == rig.pipedrive.refresh_token());
  rig.check_equal(mirror);
  CHECK(mirror.records.begin()->second.url.starts_with(rig.pipedrive.base_url() + "/person/"));

  // A refresh token that is good no more: an admin must act, and no message shows a secret.
  rig.pipedrive.configure([](FakePipedriveOptions& changed) { changed.client_secret = "another"; });
  rig.pipedrive.expire_access_token();
  const auto page = rig.connector->next_page(cursor, rig.clock.now());
  REQUIRE_FALSE(page);
  CHECK(page.error().kind == FetchErrorKind::unauthorized);
  CHECK(page.error().message.find("secret") == std::string::npos);
}

TEST_CASE("expired cursors end a listing and restart a delta's list") {
  PipedriveRig rig({}, 20);
  const auto ids = rig.pipedrive.generate(100, 24);
  auto first = rig.page("");
  const auto second = rig.page(first.next_cursor);
  rig.pipedrive.expire_cursors();
  const auto expired = rig.connector->next_page(second.next_cursor, rig.clock.now());
  REQUIRE_FALSE(expired);
  CHECK(expired.error().kind == FetchErrorKind::cursor_expired);

  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.clock.pass(std::chrono::minutes(30));
  for (const auto id : ids) rig.pipedrive.change_person(id, [](auto& person) { person.name += " again"; });
  int pages = 0;
  for (bool more = true; more; ++pages) {
    if (pages == 2) rig.pipedrive.expire_cursors();
    const auto page = rig.page(cursor);
    mirror.apply(page);
    cursor = page.next_cursor;
    more = page.more;
  }
  rig.check_equal(mirror);
}

}  // namespace
}  // namespace ringdex::tests

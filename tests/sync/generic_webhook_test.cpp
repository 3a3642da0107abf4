#include "sync/webhooks/generic_webhook.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "telephony/text/base64.h"
#include "telephony/text/times.h"
#include "tests/support/fakes/fake_webhooks.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::index::RecordKind;
using ringdex::test_support::fake_signature;

namespace {

const std::string kSecret = "not-a-secret";
const std::string kTime = "1767504800";
const TimePoint kNow = *text::parse_iso_time("2026-01-04T05:33:20Z");

WebhookRequest signed_request(const std::string& body, const std::string& timestamp = kTime) {
  return {
      {{"x-ringdex-signature", fake_signature(kSecret, timestamp + "." + body)}, {"x-ringdex-timestamp", timestamp}},
      body};
}

std::string body_of(std::vector<json> events) {
  return json{{"events", std::move(events)}}.dump();
}

json event(const std::string& type) {
  return {{"id", "e-1"}, {"type", type}, {"kind", "contact"}, {"external_id", "42"}};
}

std::vector<Hint> hints_of(std::vector<json> events) {
  const auto hints = read_generic_webhook(signed_request(body_of(std::move(events))), kSecret, kNow);
  REQUIRE(hints);
  return *hints;
}

WebhookRefusal refusal_of(const WebhookRequest& request, const std::string& secret = kSecret) {
  const auto hints = read_generic_webhook(request, secret, kNow);
  REQUIRE_FALSE(hints);
  return hints.error();
}

}  // namespace

TEST_CASE("generic webhook: the signature is that of an independent computation") {
  // printf '%s' '1767504800.{"events":[]}' | openssl dgst -sha256 -hmac not-a-secret -binary | base64
  const WebhookRequest request{
      {{"x-ringdex-signature", "4xwjrMom07tVdn4NUZHwYTjw3A14Hi1nCxjG00A4o9o="}, {"x-ringdex-timestamp", kTime}},
      R"({"events":[]})"};
  const auto hints = read_generic_webhook(request, kSecret, kNow);
  REQUIRE(hints);
  CHECK(hints->empty());
}

TEST_CASE("generic webhook: each type asks for what it should") {
  auto merged = event("merged");
  merged["into"] = "43";
  auto deleted = event("deleted");
  deleted["into"] = 43;
  auto lead = event("changed");
  lead["kind"] = "lead";
  lead.erase("id");
  lead["time"] = "2026-01-04T05:30:00Z";
  auto later = event("deleted");
  later["time"] = "2026-01-04T06:00:00Z";  // not after it was signed
  const auto hints =
      hints_of({event("changed"), event("deleted"), deleted, merged, event("merged"), lead, later, event("renamed")});
  REQUIRE(hints.size() == 8);
  const std::vector<std::string> one = {"42"};
  CHECK(hints[0].kind == Hint::Kind::refetch);
  CHECK(hints[0].ids == one);
  CHECK(hints[0].event_id == "e-1");
  CHECK(hints[0].type == "changed");
  CHECK(hints[0].happened_at == kNow);
  CHECK(hints[1].kind == Hint::Kind::deleted);
  CHECK(hints[1].into.empty());
  CHECK(hints[2].kind == Hint::Kind::deleted);
  CHECK(hints[2].into == "43");
  CHECK(hints[3].kind == Hint::Kind::merged);
  CHECK(hints[3].ids == std::vector<std::string>{"42", "43"});
  CHECK(hints[4].kind == Hint::Kind::refetch);
  CHECK(hints[4].ids == one);
  CHECK(hints[5].record_kind == RecordKind::lead);
  CHECK(hints[5].event_id.empty());
  CHECK(hints[5].happened_at == *text::parse_iso_time("2026-01-04T05:30:00Z"));
  CHECK(hints[6].happened_at == kNow);
  CHECK(hints[7].kind == Hint::Kind::ignored);
  CHECK(hints[7].ids.empty());
}

TEST_CASE("generic webhook: a kind that is not mirrored is ignored, one without is a contact") {
  auto odd = event("changed");
  odd["kind"] = "organization";
  auto none = event("changed");
  none.erase("kind");
  const auto hints = hints_of({odd, none});
  CHECK(hints[0].kind == Hint::Kind::ignored);
  CHECK(hints[1].record_kind == RecordKind::contact);
  CHECK(hints[1].kind == Hint::Kind::refetch);
}

TEST_CASE("generic webhook: nothing but the right signature over the right bytes is accepted") {
  const std::string body = body_of({event("deleted")});
  const auto good = signed_request(body);
  CHECK(read_generic_webhook(good, kSecret, kNow).has_value());
  CHECK(refusal_of(good, "") == WebhookRefusal::not_supported);
  CHECK(refusal_of(good, "another secret") == WebhookRefusal::bad_signature);
  CHECK(refusal_of({{}, body}) == WebhookRefusal::unsigned_request);
  CHECK(refusal_of({{good.headers[0]}, body}) == WebhookRefusal::unsigned_request);
  CHECK(refusal_of({{good.headers[1]}, body}) == WebhookRefusal::unsigned_request);
  for (std::size_t at = 0; at < body.size(); ++at) {
    auto forged = good;
    forged.body[at] = static_cast<char>(forged.body[at] ^ 1);
    REQUIRE(refusal_of(forged) == WebhookRefusal::bad_signature);
  }
  for (std::size_t at = 0; at < good.headers[0].second.size(); ++at) {
    auto forged = good;
    forged.headers[0].second[at] = forged.headers[0].second[at] == 'A' ? 'B' : 'A';
    REQUIRE(refusal_of(forged) == WebhookRefusal::bad_signature);
  }
  auto moved = good;  // a digit of the time put in front of the body
  moved.headers[1].second.pop_back();
  moved.body = "0" + moved.body;
  CHECK(refusal_of(moved) == WebhookRefusal::bad_signature);
}

TEST_CASE("generic webhook: the timestamp may be five minutes off either way") {
  const std::string body = body_of({event("deleted")});
  const auto at = [&](std::int64_t offset) {
    return read_generic_webhook(signed_request(body, std::to_string(1'767'504'800 + offset)), kSecret, kNow);
  };
  CHECK(at(300));
  CHECK(at(-300));
  CHECK(at(301).error() == WebhookRefusal::outside_time_window);
  CHECK(at(-301).error() == WebhookRefusal::outside_time_window);
  for (const std::string odd :
       {"", "-5", "+1767504800", " 1767504800", "1767504800.0", "17675048001767504800", "now"}) {
    CAPTURE(odd);
    CHECK(refusal_of(signed_request(body, odd)) == WebhookRefusal::outside_time_window);
  }
}

TEST_CASE("generic webhook: signed nonsense is malformed") {
  for (const std::string body :
       {"", "{", "[]", "5", "{}", R"({"events":{}})", R"({"events":[5]})", R"({"events":[{}]})",
        R"({"events":[{"type":"deleted"}]})", R"({"events":[{"type":"deleted","external_id":""}]})",
        R"({"events":[{"type":"deleted","external_id":true}]})",
        R"({"events":[{"type":"deleted","external_id":"a\nb"}]})",
        R"({"events":[{"type":"deleted","external_id":"4","into":[]}]})"}) {
    CAPTURE(body);
    CHECK(refusal_of(signed_request(body)) == WebhookRefusal::malformed);
  }
  CHECK(refusal_of(signed_request(std::string(100'000, '['))) == WebhookRefusal::malformed);
  auto longest = event("deleted");
  longest["external_id"] = std::string(255, 'x');
  CHECK(hints_of({longest}).size() == 1);
  longest["external_id"] = std::string(256, 'x');
  CHECK(refusal_of(signed_request(body_of({longest}))) == WebhookRefusal::malformed);
  CHECK(hints_of(std::vector<json>(kGenericEventsMax, event("changed"))).size() == kGenericEventsMax);
  CHECK(refusal_of(signed_request(body_of(std::vector<json>(kGenericEventsMax + 1, event("changed"))))) ==
        WebhookRefusal::malformed);
}

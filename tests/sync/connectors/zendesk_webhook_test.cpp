#include "sync/connectors/zendesk/zendesk_webhook.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "telephony/text/base64.h"
#include "telephony/text/times.h"
#include "tests/support/fakes/fake_webhooks.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::test_support::fake_signature;

namespace {

const std::string kSecret = "dGhpcyBpcyBub3QgYSBzZWNyZXQ=";
const std::string kTime = "2026-01-04T05:33:20Z";
const TimePoint kNow = *text::parse_iso_time(kTime);

WebhookRequest signed_request(const std::string& body, const std::string& timestamp = kTime) {
  return {{{"x-zendesk-webhook-signature", fake_signature(kSecret, timestamp + body)},
           {"x-zendesk-webhook-signature-timestamp", timestamp}},
          body};
}

json event(const std::string& type, json change = json::object()) {
  return {{"type", type},
          {"id", "9c1d"},
          {"time", "2026-01-04T05:33:18Z"},
          {"subject", "zen:user:659"},
          {"detail", {{"id", "659"}, {"updated_at", "2026-01-04T05:33:18Z"}}},
          {"event", std::move(change)}};
}

Hint hint_of(const json& body) {
  const auto hints = read_zendesk_webhook(signed_request(body.dump()), kSecret, kNow);
  REQUIRE(hints);
  REQUIRE(hints->size() == 1);
  return hints->front();
}

WebhookRefusal refusal_of(const WebhookRequest& request, const std::string& secret = kSecret) {
  const auto hints = read_zendesk_webhook(request, secret, kNow);
  REQUIRE_FALSE(hints);
  return hints.error();
}

}  // namespace

TEST_CASE("the signature is that of an independent computation") {
  // printf '%s%s' 2026-01-04T05:33:20Z '{}' | openssl dgst -sha256 -hmac secret -binary | base64
  CHECK(fake_signature("secret", kTime + "{}") == "rl6dP6S9/rDj9SOoQjENm0UPcQN5RxTR3R8mf7D3jo8=");
}

TEST_CASE("each type of event asks for what it should, in both spellings") {
  const std::pair<const char*, Hint::Kind> table[] = {{"user.created", Hint::Kind::refetch},
                                                      {"user.identity_created", Hint::Kind::refetch},
                                                      {"user.identity_changed", Hint::Kind::refetch},
                                                      {"user.identity_deleted", Hint::Kind::refetch},
                                                      {"user.name_changed", Hint::Kind::refetch},
                                                      {"user.role_changed", Hint::Kind::refetch},
                                                      {"user.organization_membership_deleted", Hint::Kind::refetch},
                                                      {"user.deleted", Hint::Kind::deleted},
                                                      {"user.never_heard_of", Hint::Kind::ignored},
                                                      {"ticket.created", Hint::Kind::ignored},
                                                      {"organization.tags_changed", Hint::Kind::ignored}};
  for (const auto& [name, kind] : table) {
    for (const std::string prefix : {"zen:event-type:", "zen:event-type/"}) {
      CAPTURE(prefix + name);
      const auto hint = hint_of(event(prefix + name));
      CHECK(hint.kind == kind);
      CHECK(hint.type == prefix + name);
      CHECK(hint.event_id == "9c1d");
      CHECK(hint.happened_at == *text::parse_iso_time("2026-01-04T05:33:18Z"));
      if (kind == Hint::Kind::ignored) {
        CHECK(hint.ids.empty());
      } else {
        CHECK(hint.ids == std::vector<std::string>{"659"});
      }
    }
  }
}

TEST_CASE("active_changed is a deletion only if the user is not active any more") {
  const std::string type = "zen:event-type:user.active_changed";
  CHECK(hint_of(event(type, {{"current", false}, {"previous", true}})).kind == Hint::Kind::deleted);
  CHECK(hint_of(event(type, {{"current", true}, {"previous", false}})).kind == Hint::Kind::refetch);
  CHECK(hint_of(event(type)).kind == Hint::Kind::refetch);
  CHECK(hint_of(event(type, {{"current", "false"}})).kind == Hint::Kind::refetch);
}

TEST_CASE("a merge names both ids, whichever stands where") {
  const std::string type = "zen:event-type/user.merged";
  auto hint = hint_of(event(type, {{"user", {{"id", "700"}}}}));
  CHECK(hint.kind == Hint::Kind::merged);
  CHECK(hint.ids == std::vector<std::string>{"659", "700"});
  hint = hint_of(event(type, {{"user", {{"id", 700}}}}));
  CHECK(hint.ids == std::vector<std::string>{"659", "700"});
  auto other_detail = event(type);
  other_detail["detail"]["id"] = "700";
  CHECK(hint_of(other_detail).ids == std::vector<std::string>{"700", "659"});
  // One id only is still worth a look.
  hint = hint_of(event(type));
  CHECK(hint.kind == Hint::Kind::refetch);
  CHECK(hint.ids == std::vector<std::string>{"659"});
}

TEST_CASE("organizations") {
  auto body = event("zen:event-type:organization.name_changed");
  body["subject"] = "zen:organization:42";
  body.erase("detail");
  for (const auto* name : {"organization.created", "organization.name_changed", "organization.deleted"}) {
    body["type"] = std::string("zen:event-type:") + name;
    const auto hint = hint_of(body);
    CHECK(hint.kind == Hint::Kind::organization);
    CHECK(hint.ids == std::vector<std::string>{"42"});
  }
  body["subject"] = "zen:user:42";
  CHECK(refusal_of(signed_request(body.dump())) == WebhookRefusal::malformed);
}

TEST_CASE("ids are read from the detail or the subject, as string or number") {
  auto body = event("zen:event-type:user.created");
  body["detail"]["id"] = 659;
  CHECK(hint_of(body).ids == std::vector<std::string>{"659"});
  body.erase("detail");
  CHECK(hint_of(body).ids == std::vector<std::string>{"659"});
  for (const json& bad :
       {json("zen:user:"), json("zen:user:65a"), json("zen:user:0"), json("659"), json(659), json()}) {
    body["subject"] = bad;
    CAPTURE(bad.dump());
    CHECK(refusal_of(signed_request(body.dump())) == WebhookRefusal::malformed);
  }
}

TEST_CASE("nothing but the right signature over the right bytes is accepted") {
  const std::string body = event("zen:event-type:user.deleted").dump();
  const auto good = signed_request(body);
  CHECK(read_zendesk_webhook(good, kSecret, kNow).has_value());
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
  for (std::size_t size = 0; size < good.headers[0].second.size(); ++size) {
    auto shorter = good;
    shorter.headers[0].second.resize(size);
    REQUIRE(refusal_of(shorter) == WebhookRefusal::bad_signature);
  }
  auto longer = good;
  longer.headers[0].second = text::base64_encode(*text::base64_decode(good.headers[0].second) + "x");
  CHECK(refusal_of(longer) == WebhookRefusal::bad_signature);
  auto moved = good;  // the same message, cut elsewhere
  moved.headers[1].second.pop_back();
  moved.body = "Z" + moved.body;
  CHECK(read_zendesk_webhook(moved, kSecret, kNow).error() == WebhookRefusal::outside_time_window);
}

TEST_CASE("the timestamp may be five minutes off either way") {
  const std::string body = event("zen:event-type:user.deleted").dump();
  const auto at = [&](std::chrono::seconds offset) {
    return read_zendesk_webhook(signed_request(body, text::format_iso_seconds(kNow + offset)), kSecret, kNow);
  };
  CHECK(at(std::chrono::seconds(300)));
  CHECK(at(std::chrono::seconds(-300)));
  CHECK(at(std::chrono::seconds(301)).error() == WebhookRefusal::outside_time_window);
  CHECK(at(std::chrono::seconds(-301)).error() == WebhookRefusal::outside_time_window);
  CHECK(refusal_of(signed_request(body, "")) == WebhookRefusal::outside_time_window);
  CHECK(refusal_of(signed_request(body, "1767504800")) == WebhookRefusal::outside_time_window);
}

TEST_CASE("signed nonsense is malformed") {
  for (const std::string body :
       {"", "{", "[]", "5", "{}", "{\"type\":5}", "{\"type\":\"\"}", "{\"type\":\"zen:event-type:user.deleted\"}",
        "{\"type\":\"zen:event-type:user.deleted\",\"detail\":{\"id\":\"x\"}}",
        "{\"type\":\"zen:event-type:user.deleted\",\"detail\":[659],\"subject\":[]}"}) {
    CAPTURE(body);
    CHECK(refusal_of(signed_request(body)) == WebhookRefusal::malformed);
  }
  CHECK(refusal_of(signed_request(std::string(10'000, '['))) == WebhookRefusal::malformed);
  const std::string whole = event("zen:event-type:user.deleted").dump();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    REQUIRE(refusal_of(signed_request(whole.substr(0, size))) == WebhookRefusal::malformed);
  }
}

TEST_CASE("what is kept of an event is short and clean") {
  auto body = event("zen:event-type:user.created");
  body["id"] = std::string(5000, 'x') + "\n";
  body["type"] = "no\nsuch" + std::string(5000, 'y');
  body["time"] = "yesterday";
  const auto hint = hint_of(body);
  CHECK(hint.event_id.size() == 200);
  CHECK(hint.type.size() == 200);
  CHECK(hint.type.starts_with("no?such"));
  CHECK(hint.happened_at == kNow);
}

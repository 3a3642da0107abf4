#include "sync/webhooks/hint_codec.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ringdex::sync {
namespace {

WaitingHint example() {
  WaitingHint waiting;
  waiting.hint = {.kind = Hint::Kind::merged,
                  .event_id = "9c1d",
                  .type = "zen:event-type:user.merged \"\xc3\xa9\"",
                  .record_kind = index::RecordKind::lead,
                  .ids = {"7", std::string(255, 'x')},
                  .happened_at = TimePoint(std::chrono::milliseconds(1'700'000'000'123))};
  waiting.attempts = 3;
  waiting.unreadable = 2;
  waiting.both_alive = 1;
  waiting.not_before = TimePoint(std::chrono::milliseconds(1'700'000'060'000));
  waiting.received_at = TimePoint(std::chrono::milliseconds(1'700'000'001'000));
  waiting.last_error = "503 \"busy\"";
  waiting.did = {.added = 1, .updated = 2, .deleted = 3, .merged = 4, .renamed = 5};
  return waiting;
}

TEST_CASE("a waiting hint comes back as it was") {
  const WaitingHint waiting = example();
  const auto read = decode_hint(encode_hint(waiting));
  REQUIRE(read);
  CHECK(read->hint.kind == waiting.hint.kind);
  CHECK(read->hint.event_id == waiting.hint.event_id);
  CHECK(read->hint.type == waiting.hint.type);
  CHECK(read->hint.record_kind == waiting.hint.record_kind);
  CHECK(read->hint.ids == waiting.hint.ids);
  CHECK(read->hint.happened_at == waiting.hint.happened_at);
  CHECK(read->attempts == 3);
  CHECK(read->unreadable == 2);
  CHECK(read->both_alive == 1);
  CHECK(read->not_before == waiting.not_before);
  CHECK(read->received_at == waiting.received_at);
  CHECK(read->last_error == waiting.last_error);
  CHECK(read->did == waiting.did);
}

TEST_CASE("a waiting hint is written with its members by their names") {
  const std::string bytes = encode_hint(example());
  CHECK(nlohmann::json::parse(bytes).dump() == bytes);
  CHECK(encode_hint({}) ==
        R"({"attempts":0,"both_alive":0,"event_id":"","happened_at":0,"ids":[],"into":"","kind":4,"not_before":0,)"
        R"("record_kind":1,"type":"","unreadable":0})");
}

TEST_CASE("text that is not UTF-8 is stored in a readable form") {
  WaitingHint waiting = example();
  waiting.hint.type = "\xff";
  CHECK(decode_hint(encode_hint(waiting)).has_value());
}

TEST_CASE("what is no hint is refused") {
  const std::string good = encode_hint(example());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto place = text.find(from);
    REQUIRE(place != std::string::npos);
    return text.replace(place, from.size(), to);
  };
  for (std::size_t cut = 0; cut < good.size(); ++cut) CHECK(!decode_hint(good.substr(0, cut)));
  CHECK(!decode_hint("null"));
  CHECK(!decode_hint("[]"));
  CHECK(!decode_hint("{}"));
  CHECK(!decode_hint(with("\"kind\":2", "\"kind\":5")));
  CHECK(!decode_hint(with("\"kind\":2", "\"kind\":-1")));
  CHECK(!decode_hint(with("\"kind\":2", "\"kind\":4294967296")));
  CHECK(!decode_hint(with("\"kind\":2", "\"kind\":\"2\"")));
  CHECK(!decode_hint(with("\"record_kind\":2", "\"record_kind\":0")));
  CHECK(!decode_hint(with("\"record_kind\":2", "\"record_kind\":4")));
  CHECK(!decode_hint(with("[\"7\",", "[\"\",")));
  CHECK(!decode_hint(with("[\"7\",", "[7,")));
  CHECK(!decode_hint(with("[\"7\",\"x", "[\"7\",\"xx")));
  CHECK(!decode_hint(with("\"attempts\":3", "\"attempts\":\"3\"")));
  CHECK(!decode_hint(with("\"received_at\":1", "\"received_at\":{},\"x\":1")));
  CHECK(!decode_hint(with("\"last_error\":", "\"last_error\":1,\"x\":")));
  CHECK(!decode_hint(with("\"did\":{", "\"did\":1,\"x\":{")));
  CHECK(!decode_hint(with("\"added\":1", "\"added\":\"1\"")));
}

}  // namespace
}  // namespace ringdex::sync

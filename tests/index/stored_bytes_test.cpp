#include <doctest/doctest.h>

#include "index/calls/call.h"
#include "index/records/change_counts.h"
#include "index/records/source_state.h"

namespace ringdex::index {
namespace {

TimePoint at(std::int64_t milliseconds) {
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

TEST_CASE("a call and picks are the bytes that they always were") {
  Call call;
  call.account = "acme";
  call.id = "c1";
  CHECK(encode_call(call) ==
        R"({"about":null,"about_pending":false,"agents":[],"answer":"","answered_at":null,"answered_by":"",)"
        R"("changes":[],"direction":"inbound","ended_at":null,"from":"","line":"","number":null,"picks":[],"plan":"",)"
        R"("policy":"","region":"","shown":[],"started_at":0,"to":""})");
  CHECK(decode_call(encode_call(call), "acme", "c1") == call);

  const RecordId one{"crm", RecordKind::contact, "1"};
  const RecordId two{"crm", RecordKind::lead, "2:b"};
  call.direction = CallDirection::outbound;
  call.from = "100";
  call.to = "+442079460100";
  call.region = "GB";
  call.plan = "e164";
  call.number = telephony::PhoneNumber::from_e164("+442079460100");
  call.line = "l\"";
  call.agents = {"ann", "bo"};
  call.about = two;
  call.about_pending = true;
  call.started_at = at(1'763'800'000'000);
  call.answered_at = at(2);
  call.answered_by = "ann";
  call.ended_at = at(3);
  call.answer = R"({"a":1})";
  call.policy = "{}";
  call.shown = {one};
  call.changes = {{"live", at(4), "[]", {one, two}}};
  call.picks = {{{two}, "Ada", "ann", at(5), std::nullopt, ""}, {{one}, "", "bo", at(6), at(7), "ann"}};
  CHECK(encode_call(call) ==
        R"({"about":"crm:lead:2:b","about_pending":true,"agents":["ann","bo"],"answer":"{\"a\":1}","answered_at":2,)"
        R"("answered_by":"ann","changes":[{"answer":"[]","at":4,"cause":"live",)"
        R"("shown":["crm:contact:1","crm:lead:2:b"]}],"direction":"outbound","ended_at":3,"from":"100","line":"l\"",)"
        R"("number":"+442079460100","picks":[{"agent":"ann","at":5,"name":"Ada","records":["crm:lead:2:b"],)"
        R"("undone_at":null,"undone_by":""},{"agent":"bo","at":6,"name":"","records":["crm:contact:1"],)"
        R"("undone_at":7,"undone_by":"ann"}],"plan":"e164","policy":"{}","region":"GB","shown":["crm:contact:1"],)"
        R"("started_at":1763800000000,"to":"+442079460100"})");
  CHECK(decode_call(encode_call(call), "acme", "c1") == call);

  const NumberPicks picks = {{one, "+1", "ann", "c1", at(8)}, {two, "", "", "c2", at(9)}};
  CHECK(encode_picks(picks) == R"([{"agent":"ann","at":8,"call":"c1","line":"+1","record":"crm:contact:1"},)"
                               R"({"agent":"","at":9,"call":"c2","line":"","record":"crm:lead:2:b"}])");
  CHECK(decode_picks(encode_picks(picks)) == picks);
}

TEST_CASE("what is no call, and what are no picks") {
  Call call;
  call.agents = {"ann"};
  const std::string good = encode_call(call);
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK_FALSE(decode_call(good.substr(0, length), "acme", "c1"));
  }
  const auto with = [&good](std::string_view part, std::string_view instead) {
    std::string changed = good;
    return changed.replace(good.find(part), part.size(), instead);
  };
  for (const auto& [part, instead] :
       {std::pair{"\"from\":\"\"", "\"from\":7"}, std::pair{"\"from\"", "\"fromm\""},
        std::pair{"\"inbound\"", "\"in\""}, std::pair{"[\"ann\"]", "\"ann\""}, std::pair{"[\"ann\"]", "[1]"},
        std::pair{"\"about\":null", "\"about\":\"x\""}, std::pair{"\"shown\":[]", "\"shown\":[\"x\"]"},
        std::pair{"\"shown\":[]", "\"shown\":null"}, std::pair{"\"picks\":[]", "\"picks\":[{}]"},
        std::pair{"\"changes\":[]", "\"changes\":[1]"}, std::pair{"\"started_at\":0", "\"started_at\":\"0\""},
        std::pair{"\"ended_at\":null", "\"ended_at\":true"}}) {
    CAPTURE(instead);
    CHECK_FALSE(decode_call(with(part, instead), "acme", "c1"));
  }
  for (const char* bad : {"", "7", "{}", "[1]", "[{}]"}) CHECK_FALSE(decode_picks(bad));
}

TEST_CASE("counts and the state of a source are the bytes that they always were") {
  const CountsByCause counts = {
      {ChangeCause::sync, {.added = 1, .updated = 2, .deleted = 3, .merged = 4, .skipped = 5}},
      {ChangeCause::webhook, {}},
      {ChangeCause::live, {.merged = 7}}};
  CHECK(encode_counts(counts) ==
        R"({"live":{"merged":7},"sync":{"added":1,"deleted":3,"merged":4,"skipped":5,"updated":2}})");
  CHECK(encode_counts({}) == "{}");
  CHECK(decode_counts(R"({"sync":{"added":3,"merged":-1,"other":1},"live":7,"other":{}})") ==
        CountsByCause{{ChangeCause::sync, {.added = 3}}});
  CHECK_FALSE(decode_counts("[]"));

  CHECK(encode_source_state({.checkpoint = "c\n",
                             .checkpoint_at = at(1),
                             .records = 2,
                             .listing = SourceState::Listing::awaiting,
                             .awaiting_confirmation = 3,
                             .sweep_cursor = "s",
                             .swept_at = at(4),
                             .mode = SourceState::Mode::paused,
                             .has_dependents = true}) ==
        R"({"awaiting_confirmation":3,"checkpoint":"c\n","checkpoint_at":1,"has_dependents":true,"listing":3,"mode":1,)"
        R"("records":2,"sweep_cursor":"s","swept_at":4})");
}

}  // namespace
}  // namespace ringdex::index

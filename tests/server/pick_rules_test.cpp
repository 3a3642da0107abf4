#include "server/lookup/pick_rules.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace ringdex::server {
namespace {

using index::Record;
using index::RecordKind;
using index::TimePoint;
using telephony::PhoneNumber;

const PhoneNumber kNumber = PhoneNumber::from_packed(12125550123);
const PhoneNumber kOther = PhoneNumber::from_packed(12125550199);

TimePoint at(int minute) {
  return TimePoint(std::chrono::minutes(minute));
}

Record record(const std::string& id, RecordKind kind = RecordKind::contact, const std::string& source = "a") {
  Record made;
  made.id = {source, kind, id};
  made.name = id;
  made.phones = {{"raw", kNumber, "", ""}};
  made.first_indexed_at = at(100);
  return made;
}

PickReason reason(const Record& winner_record, const Record& loser_record, std::vector<PickRule> rules,
                  std::vector<std::string> order = {}) {
  const PickContext context{std::move(rules), std::move(order)};
  const index::Card winner = card_of(winner_record, kNumber);
  const index::Card loser = card_of(loser_record, kNumber);
  CHECK(compare(winner, loser, context) < 0);
  CHECK(compare(loser, winner, context) > 0);
  return reason_for(winner, loser, context);
}

TEST_CASE("each rule decides by its own field, and says so") {
  CHECK(reason(record("2"), record("1", RecordKind::lead), {PickRule::contact_before_lead}).rule ==
        "contact_before_lead");
  CHECK(reason(record("2", RecordKind::lead), record("1", RecordKind::local), {PickRule::contact_before_lead}).rule ==
        "contact_before_lead");

  Record second = record("1");
  second.phones.insert(second.phones.begin(), {"raw", kOther, "", ""});
  CHECK(reason(record("2"), second, {PickRule::primary_phone}).rule == "primary_phone");
  Record unmatchable_first = record("0");
  unmatchable_first.phones.insert(unmatchable_first.phones.begin(), {"ask Bob", std::nullopt, "", ""});
  CHECK(reason(unmatchable_first, second, {PickRule::primary_phone}).rule == "primary_phone");

  CHECK(reason(record("2", RecordKind::contact, "b"), record("1", RecordKind::contact, "a"), {PickRule::source_order},
               {"b", "a"})
            .rule == "source_order");
  CHECK(reason(record("2", RecordKind::contact, "b"), record("1", RecordKind::contact, "unlisted"),
               {PickRule::source_order}, {"b"})
            .rule == "source_order");

  Record fresh = record("2");
  fresh.updated_at = at(9);
  Record stale = record("1");
  stale.updated_at = at(8);
  CHECK(reason(fresh, stale, {PickRule::latest_updated}).rule == "latest_updated");
  CHECK(reason(stale, record("0"), {PickRule::latest_updated}).rule == "latest_updated");

  Record old = record("2");
  old.first_indexed_at = at(1);
  const PickReason oldest = reason(old, record("1"), {PickRule::oldest});
  CHECK(oldest.rule == "oldest");
  CHECK(oldest.because == "it was indexed here first, at 1970-01-01T00:01:00Z");
}

TEST_CASE("ties end at first_indexed_at, then id") {
  Record old = record("2");
  old.first_indexed_at = at(1);
  CHECK(reason(old, record("1"), {PickRule::contact_before_lead}).rule == "first_indexed_at");
  CHECK(reason(record("1"), record("2"), {PickRule::oldest}).rule == "id");
  CHECK(reason(record("1"), record("2"), {}).rule == "id");
}

TEST_CASE("the first rule that tells two apart decides") {
  Record old_lead = record("1", RecordKind::lead);
  old_lead.first_indexed_at = at(1);
  CHECK(reason(record("2"), old_lead, {PickRule::contact_before_lead, PickRule::oldest}).rule == "contact_before_lead");
  CHECK(reason(old_lead, record("2"), {PickRule::oldest, PickRule::contact_before_lead}).rule == "oldest");
}

TEST_CASE("the order is total: any shuffle sorts the same") {
  std::mt19937 random(7);
  const PickContext context{{PickRule::contact_before_lead, PickRule::primary_phone, PickRule::source_order,
                             PickRule::latest_updated, PickRule::oldest},
                            {"b", "a"}};
  std::vector<Record> records;
  for (int i = 0; i < 60; ++i) {
    Record made =
        record(std::to_string(i), random() % 2 ? RecordKind::contact : RecordKind::lead, random() % 2 ? "a" : "b");
    if (random() % 2) made.updated_at = at(static_cast<int>(random() % 3));
    if (random() % 2) made.phones.insert(made.phones.begin(), {"", kOther, "", ""});
    made.first_indexed_at = at(static_cast<int>(random() % 3));
    records.push_back(made);
  }
  const auto before = [&](const Record& left, const Record& right) {
    return compare(card_of(left, kNumber), card_of(right, kNumber), context) < 0;
  };
  std::ranges::sort(records, before);
  for (int round = 0; round < 20; ++round) {
    auto shuffled = records;
    std::ranges::shuffle(shuffled, random);
    std::ranges::sort(shuffled, before);
    CHECK(shuffled == records);
  }
}

TEST_CASE("rules have names") {
  for (const char* name : {"contact_before_lead", "primary_phone", "source_order", "latest_updated", "oldest"}) {
    REQUIRE(pick_rule_from(name));
    CHECK(to_string(*pick_rule_from(name)) == name);
  }
  CHECK_FALSE(pick_rule_from("newest"));
}

}  // namespace
}  // namespace ringdex::server

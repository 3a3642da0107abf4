#include "sync/field_mapping.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/test_parser.h"

namespace ringdex::sync {
namespace {

const MappingOptions kOptions{"people", "US", 3, 2, {}};

RawRecord raw(std::string name, std::vector<std::pair<std::string, std::string>> phones = {}) {
  RawRecord result;
  result.record.id = {"people", index::RecordKind::contact, "17"};
  result.record.name = std::move(name);
  result.phones = std::move(phones);
  return result;
}

TEST_CASE("texts are cleaned and numbers read in the account's region") {
  auto one = raw("  Ann \t Lee\x01 ", {{" mobile ", "(212) 555-0123"}, {"work", "+44 20 7946 0100 x12"}});
  one.record.organization = " Acme\nLtd ";
  one.record.emails = {" Ann@Example.COM ", "ann@example.com", ""};
  one.record.groups = {"VIP", " VIP", "", "B"};
  one.record.custom = {{"note", "one\ntwo\xFF"}};
  const auto record = map_record(one, kOptions, telephony::test_parser());
  REQUIRE(record.has_value());
  CHECK(record->name == "Ann Lee");
  CHECK(record->organization == "Acme Ltd");
  CHECK(record->emails == std::vector<std::string>{"ann@example.com"});
  CHECK(record->groups == std::vector<std::string>{"VIP", "B"});
  CHECK(record->custom.at("note") == "one\ntwo\xEF\xBF\xBD");
  REQUIRE(record->phones.size() == 2);
  CHECK(record->phones[0].number->to_e164() == "+12125550123");
  CHECK(record->phones[0].label == "mobile");
  CHECK(record->phones[0].raw == "(212) 555-0123");
  CHECK(record->phones[1].number->to_e164() == "+442079460100");
  CHECK(record->phones[1].extension == "12");
}

TEST_CASE("a missing name is left to the index") {
  auto one = raw(" ");
  one.record.organization = "Acme";
  const auto mapped = map_record(one, kOptions, telephony::test_parser());
  REQUIRE(mapped.has_value());
  CHECK(mapped->name.empty());
  CHECK(mapped->organization == "Acme");
  CHECK(map_record(raw(""), kOptions, telephony::test_parser()).has_value());
}

TEST_CASE("ids are required, short and text") {
  const std::vector<std::pair<std::string, bool>> table{
      {"", false}, {std::string(255, 'x'), true}, {std::string(256, 'x'), false}, {"\xFF", false}, {"a:b", true}};
  for (const auto& [id, accepted] : table) {
    auto one = raw("Ann");
    one.record.id.external_id = id;
    const auto record = map_record(one, kOptions, telephony::test_parser());
    CHECK(record.has_value() == accepted);
    if (!record) CHECK(record.error().reason == RejectReason::no_external_id);
    if (!record) CHECK(record.error().external_id.size() <= 255);
  }
}

TEST_CASE("the source's label stands unless the text says fax; equal numbers are one") {
  const auto record = map_record(raw("Ann", {{"", "212-555-0123"},
                                             {"work", "+1 (212) 555-0123"},
                                             {"mobile", "2125550123"},
                                             {"work", "212-555-0123 ext 7"},
                                             {"work", "fax 212-555-0124"}}),
                                 kOptions, telephony::test_parser());
  REQUIRE(record.has_value());
  REQUIRE(record->phones.size() == 3);
  CHECK(record->phones[0].label == "work");
  CHECK(record->phones[0].extension.empty());
  CHECK(record->phones[1].extension == "7");
  CHECK(record->phones[2].label == "fax");
}

TEST_CASE("what is no number is kept so that people see it") {
  const auto record = map_record(raw("Ann", {{"work", "ask reception"}, {"home", "ask reception"}, {"x", ""}}),
                                 kOptions, telephony::test_parser());
  REQUIRE(record.has_value());
  REQUIRE(record->phones.size() == 1);
  CHECK_FALSE(record->phones[0].number.has_value());
  CHECK(record->phones[0].raw == "ask reception");
  CHECK(record->phones[0].label == "work");
  CHECK(map_record(raw("Ann"), kOptions, telephony::test_parser())->phones.empty());
}

TEST_CASE("a record over a limit is skipped whole") {
  auto one = raw("Ann", {{"", "212-555-0123"}, {"", "212-555-0124"}, {"", "212-555-0125"}, {"", "212 555 0125"}});
  CHECK(map_record(one, kOptions, telephony::test_parser()).has_value());
  one.phones.emplace_back("", "212-555-0126");
  const auto phones = map_record(one, kOptions, telephony::test_parser());
  REQUIRE_FALSE(phones.has_value());
  CHECK(phones.error().reason == RejectReason::too_many_phones);
  CHECK(phones.error().detail == "4 phones; the limit is 3");
  auto two = raw("Ann");
  two.record.emails = {"a@b.example", "A@b.example", "c@d.example"};
  CHECK(map_record(two, kOptions, telephony::test_parser()).has_value());
  two.record.emails.emplace_back("e@f.example");
  const auto emails = map_record(two, kOptions, telephony::test_parser());
  REQUIRE_FALSE(emails.has_value());
  CHECK(emails.error().reason == RejectReason::too_many_emails);
}

}  // namespace
}  // namespace ringdex::sync

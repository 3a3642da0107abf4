#include "index/index.h"

#include <doctest/doctest.h>

#include "telephony/number/number_variants.h"
#include "tests/index/open_index.h"

using namespace std::string_literals;

namespace ringdex::index {

TEST_CASE("an empty index knows nobody") {
  const OpenIndex open;
  CHECK(open.index->read().position() == 0);
  CHECK(open.total("+13108675309") == 0);
  CHECK(open.answer(contact("1")) == "unknown");
  CHECK(open.state() == SourceState{});
  CHECK_FALSE(open.index->read().checkpoint_at("default", "crm"));
}

TEST_CASE("a record is found by each of its numbers and by its id, whole") {
  OpenIndex open;
  Record anna = person("1", "Anna", 3, {"+13108675309", "+442079460000"});
  anna.title = "Owner";
  anna.emails = {"anna@acme.example"};
  anna.phones[1].label = "fax";
  anna.phones[1].extension = "12";
  anna.phones.push_back({"ask for Anna", std::nullopt, "other", ""});
  anna.groups = {"vip"};
  anna.tags = {"a", "b"};
  anna.consent = {{"sms", Consent::unsubscribed}};
  anna.url = "https://crm.example/1";
  anna.owner = "Bo";
  anna.custom = {{"key", "value"}};
  anna.created_at = at(-5);
  anna.updated_at = at(6);
  open.upsert({anna}, at(42));
  anna.first_indexed_at = at(42);
  CHECK(open.record(contact("1")) == anna);
  // A fax number is labelled and found like any other.
  for (const char* e164 : {"+13108675309", "+442079460000"}) {
    const Look look = open.look(e164);
    REQUIRE(look.found.cards.size() == 1);
    CHECK(text_of(look.found.cards[0]) == text_of(card_of(anna, number(e164))));
  }
  CHECK(open.look("+442079460000").found.cards.at(0).phone_label == "fax");
}

TEST_CASE("only the whole number matches") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1, {"+13108675309"})});
  for (const char* other : {"+1310867530", "+131086753090", "+23108675309", "+3108675309", "+8675309"}) {
    CHECK(open.ids(other) == "");
  }
}

TEST_CASE("national forms of one number share a key") {
  OpenIndex open;
  open.upsert({person("1", "Ana", 1, {"+5215512345678"}), person("2", "Luis", 1, {"+525512345678"}),
               person("3", "Both", 1, {"+5215512345678", "+525512345678"})});
  const auto canonical = telephony::canonical(number("+5215512345678"));
  CHECK(canonical == telephony::canonical(number("+525512345678")));
  CHECK(open.total(canonical.to_e164()) == 3);
  // The record keeps the number as it came.
  CHECK(open.record(contact("1")).phones.at(0).number == number("+5215512345678"));
}

TEST_CASE("find gives the first indexed in front, ties by id") {
  OpenIndex open;
  open.upsert({person("9", "Late", 1, {"+13108675309"})}, at(300));
  open.upsert({person("2", "Tie", 1, {"+13108675309"}), person("10", "Tie", 1, {"+13108675309"}),
               person({"crm", RecordKind::lead, "1"}, "Lead", 1, {"+13108675309"})},
              at(200));
  ChangeBatch other = OpenIndex::batch();
  for (const char* source : {"b", "acrm"}) {
    other.source = source;
    other.upserts = {person({source, RecordKind::contact, source}, "Other", 1, {"+13108675309"})};
    open.apply(other, {}, at(200));
  }
  open.upsert({person("5", "Early", 1, {"+13108675309"})}, at(100));
  CHECK(open.ids("+13108675309") == "5 acrm b 10 2 1 9");
}

TEST_CASE("an update does not move a record in the order") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1, {"+13108675309"})}, at(100));
  open.upsert({person("2", "Bo", 1, {"+13108675309"})}, at(200));
  open.upsert({person("1", "Anna", 9, {"+13108675309"})}, at(300));
  CHECK(open.ids("+13108675309") == "1 2");
}

TEST_CASE("find returns no more than asked for and tells the total") {
  OpenIndex open;
  std::vector<Record> many;
  for (int one = 10; one < 70; ++one) many.push_back(person(std::to_string(one), "Anna", 1, {"+13108675309"}));
  open.upsert(many);
  for (const std::size_t records_max : {0u, 1u, 25u, 60u, 100u}) {
    const Look look = open.look("+13108675309", records_max);
    CHECK(look.found.total == 60);
    CHECK(look.found.cards.size() == std::min<std::size_t>(records_max, 60));
    if (!look.found.cards.empty()) CHECK(look.found.cards[0].external_id == "10");
  }
}

TEST_CASE("a view sees the index as it was when it was taken") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1, {"+13108675309"})});
  const IndexView before = open.index->read();
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("2", "Bo", 1, {"+13108675309"})};
  batch.deletions = {{contact("1"), 1, contact("2")}};
  batch.checkpoint = "next";
  open.apply(batch, {}, at(5));
  const IndexView after = open.index->read();
  CHECK(after.position() == before.position() + 1);

  const auto seen_before = before.find("default", number("+13108675309"), 10);
  REQUIRE(seen_before.has_value());
  REQUIRE(seen_before->total == 1);
  CHECK(seen_before->cards[0].name == "Anna");
  CHECK(std::holds_alternative<UnknownRecord>(before.get("default", contact("2")).value()));
  CHECK(before.source_state("default", "crm").value().checkpoint == "");
  CHECK_FALSE(before.checkpoint_at("default", "crm"));

  const auto seen_after = after.find("default", number("+13108675309"), 10);
  REQUIRE(seen_after.has_value());
  REQUIRE(seen_after->total == 1);
  CHECK(seen_after->cards[0].name == "Bo");
  CHECK(std::get<KnownRecord>(after.get("default", contact("1")).value()).record.name == "Bo");
  CHECK(after.source_state("default", "crm").value().checkpoint == "next");
  CHECK(after.checkpoint_at("default", "crm") == at(5));
}

TEST_CASE("a view taken before its account existed sees nobody") {
  OpenIndex open;
  const IndexView before = open.index->read();
  open.upsert({person("1", "Anna", 1, {"+13108675309"})});
  CHECK(before.find("default", number("+13108675309"), 10).value().total == 0);
  CHECK(std::holds_alternative<UnknownRecord>(before.get("default", contact("1")).value()));
}

TEST_CASE("two accounts never mix") {
  OpenIndex open;
  for (const char* account : {"default", "other"}) {
    ChangeBatch batch = OpenIndex::batch();
    batch.account = account;
    Record record = person("1", account, 1, {"+13108675309"});
    record.organization_id = "7";
    batch.upserts = {record};
    batch.organizations = {{"7", account + " Ltd"s}};
    batch.checkpoint = account;
    open.apply(batch);
  }
  for (const char* account : {"default", "other"}) {
    const Look look = open.look("+13108675309", 25, account);
    REQUIRE(look.found.total == 1);
    CHECK(look.found.cards[0].name == account);
    CHECK(look.found.cards[0].organization == account + " Ltd"s);
    CHECK(open.state("crm", account).checkpoint == account);
  }
  ChangeBatch batch = OpenIndex::batch();
  batch.organizations = {{"7", "Renamed"}};
  batch.deletions = {{contact("1"), 1, std::nullopt}};
  open.apply(batch);
  CHECK(open.ids("+13108675309") == "");
  CHECK(open.answer(contact("1")) == "gone");
  CHECK(open.look("+13108675309", 25, "other").found.cards.at(0).organization == "other Ltd");
  CHECK(open.state("crm", "other").records == 1);
  CHECK(open.total("+13108675309", "nobody") == 0);
  CHECK(open.answer(contact("1"), "nobody") == "unknown");
}

TEST_CASE("one external id in several sources and kinds is as many records") {
  OpenIndex open;
  open.upsert({person("1", "Contact", 1, {"+13108675309"}),
               person({"crm", RecordKind::lead, "1"}, "Lead", 1, {"+13108675309"})});
  ChangeBatch batch = OpenIndex::batch();
  batch.source = "crm2";
  batch.upserts = {person(contact("1", "crm2"), "Second", 1, {"+13108675309"})};
  open.apply(batch);
  CHECK(open.total("+13108675309") == 3);
  open.erase(contact("1"), 1);
  CHECK(open.total("+13108675309") == 2);
  CHECK(open.state().records == 1);
  CHECK(open.state("crm2").records == 1);
}

TEST_CASE("hostile external ids stay apart") {
  OpenIndex open;
  const std::string ids[] = {"\0"s,  "\0\0"s,   "\xff"s, "\xff\xff"s,          "a"s,
                             "a\0"s, "a\0\1b"s, ":"s,    std::string(255, 'x')};
  std::vector<Record> records;
  for (const std::string& id : ids) records.push_back(person(id, "named " + id, 1, {"+13108675309"}));
  open.upsert(records);
  CHECK(open.total("+13108675309") == std::size(ids));
  for (const std::string& id : ids) CHECK(open.record(contact(id)).name == "named " + id);
  open.erase(contact("a"), 1);
  CHECK(open.total("+13108675309") == std::size(ids) - 1);
  open.reopen();
  CHECK(open.answer(contact("a")) == "gone");
  CHECK(open.record(contact("a\0"s)).name == "named a\0"s);
}

TEST_CASE("every write moves the position by one, an empty one too") {
  OpenIndex open;
  CHECK(open.apply(OpenIndex::batch()).position == 1);
  CHECK(open.upsert({person("1", "Anna", 1)}).position == 2);
  CHECK(open.index->read().position() == 2);
  const auto confirmed = open.index->confirm_sweep("default", "crm", at(1));
  REQUIRE(confirmed.has_value());
  CHECK(confirmed->position == 2);
}

}  // namespace ringdex::index

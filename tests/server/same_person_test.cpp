#include "server/lookup/same_person.h"

#include <doctest/doctest.h>

namespace ringdex::server {
namespace {

using index::Record;
using telephony::PhoneNumber;

const PhoneNumber kNumber = PhoneNumber::from_packed(12125550123);

Record record(const std::string& id, const std::string& name) {
  Record made;
  made.id = {"a", index::RecordKind::contact, id};
  made.name = name;
  made.phones = {{"", kNumber, "", ""}};
  return made;
}

std::vector<std::vector<std::string>> ids(const std::vector<Record>& records, SamePerson rules) {
  index::Cards cards;
  for (const Record& one : records) cards.push_back(card_of(one, kNumber));
  const auto sizes = group_same_person(cards, rules);
  std::vector<std::vector<std::string>> out;
  std::size_t at = 0;
  for (const std::size_t size : sizes) {
    out.emplace_back();
    for (std::size_t left = size; left > 0; --left) out.back().emplace_back(cards.at(at++).external_id);
  }
  CHECK(at == cards.size());
  return out;
}

using Groups = std::vector<std::vector<std::string>>;

TEST_CASE("names are compared folded and cleaned") {
  CHECK(normalised_name("  DOE,  Anna ") == "doe anna");
  CHECK(normalised_name("Stra\xc3\x9f"
                        "e") == "strasse");
  CHECK(normalised_name("\xef\xbc\xa1nna") == "anna");                       // full-width A
  CHECK(normalised_name("Jose\xcc\x81") == normalised_name("Jos\xc3\xa9"));  // composed and decomposed
  CHECK(normalised_name("Jos\xc3\xa9") != normalised_name("Jose"));
  CHECK(normalised_name("O'Brien") == normalised_name("O\xe2\x80\x99"
                                                      "Brien"));
  CHECK(normalised_name("...") == "");
  CHECK(normalised_name("\xff\xfe") == normalised_name("\xff\xfe"));
}

TEST_CASE("who is one person") {
  const std::vector<Record> twins = {record("1", "Anna Doe"), record("2", "anna  doe"), record("3", "Bob")};
  CHECK(ids(twins, SamePerson::name_number) == Groups{{"1", "2"}, {"3"}});
  CHECK(ids(twins, SamePerson::none) == Groups{{"1"}, {"2"}, {"3"}});

  // Without a name in common nobody is grouped, and two nameless records are two.
  CHECK(ids({record("1", ""), record("2", "")}, SamePerson::name_number) == Groups{{"1"}, {"2"}});

  // All have the asked number, so the wider rule finds no more.
  CHECK(ids(twins, SamePerson::name_number_email_org) == ids(twins, SamePerson::name_number));
}

TEST_CASE("a group stands where its first record stood") {
  CHECK(ids({record("1", "Bob"), record("2", "Anna"), record("3", "Bob")}, SamePerson::name_number) ==
        Groups{{"1", "3"}, {"2"}});
}

}  // namespace
}  // namespace ringdex::server

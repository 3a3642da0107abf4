#include "server/same_person.h"

#include <doctest/doctest.h>

namespace ringdex::server {
namespace {

using index::Record;
using telephony::PhoneNumber;

Record record(const std::string& id, const std::string& name, std::uint64_t number = 12125550123) {
  Record made;
  made.id = {"a", index::RecordKind::contact, id};
  made.name = name;
  made.phones = {{"", PhoneNumber::from_packed(number), "", ""}};
  return made;
}

std::vector<std::vector<std::string>> ids(std::vector<Record> records, SamePerson rules) {
  std::vector<std::vector<std::string>> out;
  for (const auto& group : group_same_person(std::move(records), rules)) {
    out.emplace_back();
    for (const auto& member : group) out.back().push_back(member.id.external_id);
  }
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

  // National forms of one number are one number.
  CHECK(ids({record("1", "Ana", 5491123456789), record("2", "Ana", 541123456789)}, SamePerson::name_number) ==
        Groups{{"1", "2"}});

  Record here = record("1", "Anna Doe", 12125550123);
  Record there = record("2", "Anna Doe", 12125550199);
  CHECK(ids({here, there}, SamePerson::name_number) == Groups{{"1"}, {"2"}});
  CHECK(ids({here, there}, SamePerson::name_number_email_org) == Groups{{"1"}, {"2"}});
  here.emails = there.emails = {"anna@doe.example"};
  CHECK(ids({here, there}, SamePerson::name_number) == Groups{{"1"}, {"2"}});
  CHECK(ids({here, there}, SamePerson::name_number_email_org) == Groups{{"1", "2"}});
  here.emails.clear();
  here.organization = "ACME srl";
  there.organization = "Acme SRL";
  CHECK(ids({here, there}, SamePerson::name_number_email_org) == Groups{{"1", "2"}});
}

TEST_CASE("a group stands where its first record stood") {
  CHECK(ids({record("1", "Bob"), record("2", "Anna"), record("3", "Bob")}, SamePerson::name_number) ==
        Groups{{"1", "3"}, {"2"}});
}

}  // namespace
}  // namespace ringdex::server

#include "sync/connectors/csv/csv_header.h"

#include <doctest/doctest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace ringdex::sync {
namespace {

std::vector<std::string> header_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  return cells;
}

// The plan with the columns' own names in place of their numbers.
struct Named {
  std::string id, whole_name, url, tags;
  std::vector<std::string> name_parts, organization, title, emails, groups;
  std::map<std::string, std::string> phones;  // column -> label, or -> "@" and the column of the label
};

Named named(const std::string& line, const CsvColumns& configured = {}) {
  const auto header = header_of(line);
  const auto plan = plan_csv_columns(header, configured, {});
  CAPTURE(line);
  REQUIRE_MESSAGE(plan.has_value(), plan.error());
  const auto one = [&](const std::optional<std::size_t>& column) { return column ? header[*column] : std::string(); };
  const auto all = [&](const std::vector<std::size_t>& columns) {
    std::vector<std::string> names;
    for (const auto column : columns) names.push_back(header[column]);
    return names;
  };
  Named result{
      one(plan->id),           one(plan->whole_name), one(plan->url),    one(plan->tags),   all(plan->name_parts),
      all(plan->organization), all(plan->title),      all(plan->emails), all(plan->groups), {}};
  for (const auto& phone : plan->phones) {
    result.phones[header[phone.value]] = phone.label_column ? "@" + header[*phone.label_column] : phone.label;
  }
  return result;
}

using Strings = std::vector<std::string>;
using Phones = std::map<std::string, std::string>;

TEST_CASE("Google Contacts, new header") {
  const auto plan = named(
      "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name "
      "Suffix,Nickname,File As,Organization Name,Organization Title,Organization "
      "Department,Birthday,Notes,Photo,Labels,"
      "E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 12 - "
      "Label,Phone 12 - Value,Address 1 - Label,Website 1 - Value,Custom Field 1 - Value");
  CHECK(plan.id.empty());
  CHECK(plan.whole_name.empty());
  CHECK(plan.name_parts == Strings{"First Name", "Middle Name", "Last Name"});
  CHECK(plan.organization == Strings{"Organization Name"});
  CHECK(plan.title == Strings{"Organization Title"});
  CHECK(plan.emails == Strings{"E-mail 1 - Value", "E-mail 2 - Value"});
  CHECK(plan.groups == Strings{"Labels"});
  CHECK(plan.phones == Phones{{"Phone 1 - Value", "@Phone 1 - Label"}, {"Phone 12 - Value", "@Phone 12 - Label"}});
}

TEST_CASE("Google Contacts, older header") {
  const auto plan = named(
      "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Initials,Nickname,Group Membership,E-mail "
      "1 - "
      "Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - Name,Organization 1 "
      "- "
      "Title");
  CHECK(plan.whole_name == "Name");
  CHECK(plan.name_parts == Strings{"Given Name", "Additional Name", "Family Name"});
  CHECK(plan.organization == Strings{"Organization 1 - Name"});
  CHECK(plan.title == Strings{"Organization 1 - Title"});
  CHECK(plan.emails == Strings{"E-mail 1 - Value"});
  CHECK(plan.groups == Strings{"Group Membership"});
  CHECK(plan.phones == Phones{{"Phone 1 - Value", "@Phone 1 - Type"}});
}

TEST_CASE("Outlook: the title is the job's, faxes are labelled, no pager and no assistant") {
  const auto plan = named(
      "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Assistant's Phone,"
      "Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,Home "
      "Phone "
      "2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD "
      "Phone,Telex,Account,Categories,"
      "E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 3 Display Name,Web Page");
  CHECK(plan.title == Strings{"Job Title"});
  CHECK(plan.organization == Strings{"Company"});
  CHECK(plan.emails == Strings{"E-mail Address", "E-mail 2 Address"});
  CHECK(plan.groups == Strings{"Categories"});
  CHECK(plan.phones == Phones{{"Business Fax", "fax"},
                              {"Business Phone", "work"},
                              {"Business Phone 2", "work"},
                              {"Callback", "callback"},
                              {"Car Phone", "car"},
                              {"Company Main Phone", "company main"},
                              {"Home Fax", "fax"},
                              {"Home Phone", "home"},
                              {"Home Phone 2", "home"},
                              {"Mobile Phone", "mobile"},
                              {"Other Fax", "fax"},
                              {"Other Phone", "other"},
                              {"Primary Phone", "primary"},
                              {"Radio Phone", "radio"}});
}

TEST_CASE("Salesforce, HubSpot, Zendesk and plain headers") {
  const auto loader =
      named("ID,FIRSTNAME,LASTNAME,PHONE,MOBILEPHONE,HOMEPHONE,OTHERPHONE,ASSISTANTPHONE,FAX,EMAIL,ACCOUNT.NAME");
  CHECK(loader.id == "ID");
  CHECK(loader.name_parts == Strings{"FIRSTNAME", "LASTNAME"});
  CHECK(loader.organization == Strings{"ACCOUNT.NAME"});
  CHECK(loader.emails == Strings{"EMAIL"});
  CHECK(
      loader.phones ==
      Phones{{"PHONE", ""}, {"MOBILEPHONE", "mobile"}, {"HOMEPHONE", "home"}, {"OTHERPHONE", "other"}, {"FAX", "fax"}});

  const auto report =
      named("Salutation,First Name,Last Name,Account Name,Phone,Mobile,Email,Title,Contact ID,Email Opt Out");
  CHECK(report.id == "Contact ID");
  CHECK(report.title == Strings{"Title"});
  CHECK(report.organization == Strings{"Account Name"});
  CHECK(report.emails == Strings{"Email"});
  CHECK(report.phones == Phones{{"Phone", ""}, {"Mobile", "mobile"}});

  const auto hubspot = named(
      "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Lead Status,Company Name,Contact "
      "owner,Associated Company,Associated Company IDs");
  CHECK(hubspot.id == "Record ID");
  CHECK(hubspot.organization == Strings{"Company Name", "Associated Company"});
  CHECK(hubspot.phones == Phones{{"Phone Number", ""}, {"Mobile Phone Number", "mobile"}});

  const auto zendesk = named("name,email,external_id,details,notes,phone,role,restriction,organization,tags");
  CHECK(zendesk.id == "external_id");
  CHECK(zendesk.tags == "tags");
  CHECK(zendesk.organization == Strings{"organization"});
  CHECK(named("id,name,external_id,phone").id == "id");

  const auto plain = named(" Name , PHONE ");
  CHECK(plain.whole_name == " Name ");
  CHECK(plain.phones == Phones{{" PHONE ", ""}});
  CHECK(named("full_name,mobile_phone,url").url == "url");
}

TEST_CASE("configured columns come first and must be there") {
  CsvColumns columns;
  columns.id = "nummer";
  columns.name = "NAME ";
  columns.phones = {"Durchwahl", "Mobile"};
  const auto plan = named("Nummer,Name,Telefon,Durchwahl,Mobile,Fax,E-Mail,Company", columns);
  CHECK(plan.id == "Nummer");
  CHECK(plan.phones == Phones{{"Durchwahl", "durchwahl"}, {"Mobile", "mobile"}});
  CHECK(plan.emails == Strings{"E-Mail"});
  CHECK(plan.organization == Strings{"Company"});

  columns.phones = {"Telefn"};
  const auto missing = plan_csv_columns(header_of("Nummer,Name,Telefon"), columns, {});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error() == "the file has no column \"Telefn\"; the nearest is \"Telefon\"");
  columns.phones = {"Telefon"};
  CHECK(plan_csv_columns(header_of("Nummer,Name,Telefon,Direct"), columns, {"direct"})->phones.size() == 2);
  CHECK_FALSE(plan_csv_columns(header_of("Nummer,Name,Telefon"), columns, {"direct"}).has_value());
}

TEST_CASE("a header without names or phones is refused") {
  const auto phones = plan_csv_columns(header_of("Name,Telefon"), {}, {});
  REQUIRE_FALSE(phones.has_value());
  CHECK(phones.error() ==
        "no column is recognised as a phone; name it under columns. The header begins with \"Name\", \"Telefon\"");
  const auto names = plan_csv_columns(header_of("Nachname,Phone"), {}, {});
  REQUIRE_FALSE(names.has_value());
  CHECK(names.error().find("a name or an organization") != std::string::npos);
  CHECK_FALSE(plan_csv_columns({""}, {}, {}).has_value());
  CHECK(plan_csv_columns(header_of("Company,Phone"), {}, {}).has_value());
}

}  // namespace
}  // namespace ringdex::sync

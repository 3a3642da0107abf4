#include "sync/connectors/csv/csv_header.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>

#include "sync/clean_text.h"
#include "telephony/text/edit_distance.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::sync {
namespace {

using Names = std::vector<std::string_view>;

// Headers as normalised(): small letters, one space, "e-mail" written "email", _ as a space. The first of a list that
// stands in the file is taken.
const Names kIds{"id",        "record id", "contact id",  "lead id",     "contact or lead id", "user id",
                 "person id", "uid",       "customer id", "external id", "hs object id"};
const Names kWholeNames{"name", "full name", "fullname", "display name", "contact name", "contact", "person"};
const Names kFirstNames{"first name", "firstname", "given name"};
const Names kMiddleNames{"middle name", "middlename", "additional name"};
const Names kLastNames{"last name", "lastname", "family name", "surname"};
const Names kOtherNames{"file as", "nickname"};
const Names kOrganizations{
    "organization name", "organization 1 - name", "organization", "organisation",       "company",
    "company name",      "account name",          "account.name", "associated company", "business name"};
const Names kTitles{"job title", "organization title", "organization 1 - title", "jobtitle", "position", "title"};
const Names kUrls{"url", "link", "profile url"};
const Names kGroups{"labels", "group membership", "categories", "groups", "group"};

// Header of a phone column to the label of its numbers. "fax" numbers are kept and labelled.
constexpr std::array<std::pair<std::string_view, std::string_view>, 50> kPhones{{
    {"phone", ""},
    {"phones", ""},
    {"phone number", ""},
    {"phone numbers", ""},
    {"telephone", ""},
    {"telephone number", ""},
    {"tel", ""},
    {"tel.", ""},
    {"mobile", "mobile"},
    {"mobile phone", "mobile"},
    {"mobilephone", "mobile"},
    {"mobile number", "mobile"},
    {"mobile phone number", "mobile"},
    {"cell", "mobile"},
    {"cell phone", "mobile"},
    {"cellphone", "mobile"},
    {"cell number", "mobile"},
    {"business phone", "work"},
    {"business phone number", "work"},
    {"work phone", "work"},
    {"workphone", "work"},
    {"work number", "work"},
    {"office phone", "work"},
    {"company phone", "work"},
    {"home phone", "home"},
    {"homephone", "home"},
    {"home number", "home"},
    {"other phone", "other"},
    {"otherphone", "other"},
    {"primary phone", "primary"},
    {"main phone", "main"},
    {"company main phone", "company main"},
    {"direct phone", "direct"},
    {"direct line", "direct"},
    {"callback", "callback"},
    {"car phone", "car"},
    {"radio phone", "radio"},
    {"whatsapp phone number", "whatsapp"},
    {"account phone", "work"},
    {"account.phone", "work"},
    {"lead phone", ""},
    {"contact phone", ""},
    {"fax", "fax"},
    {"fax number", "fax"},
    {"business fax", "fax"},
    {"home fax", "fax"},
    {"other fax", "fax"},
    {"work fax", "fax"},
    {"faxnumber", "fax"},
    {"account fax", "fax"},
}};

std::string normalised(std::string_view header) {
  std::string text;
  std::string small = text::ascii_lower(header);
  std::replace(small.begin(), small.end(), '_', ' ');
  for (const char c : clean_line(small)) text += c;
  for (auto at = text.find("e-mail"); at != std::string::npos; at = text.find("e-mail")) text.erase(at + 1, 1);
  return text;
}

// "business phone 2" to "business phone"; "phone2" to "phone".
std::string_view without_number(std::string_view name) {
  while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.remove_suffix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  return name;
}

// "phone 12 - value" with word "phone" and part "value".
bool is_numbered_part(std::string_view name, std::string_view word, std::string_view part) {
  const auto dash = name.rfind(" - ");
  return dash != std::string_view::npos && name.substr(dash + 3) == part &&
         without_number(name.substr(0, dash)) == word && name.substr(0, dash) != word;
}

bool is_email(std::string_view name) {
  if (is_numbered_part(name, "email", "value")) return true;
  if (name.ends_with(" address")) name = without_number(name.substr(0, name.size() - 8));
  const auto base = without_number(name);
  static const Names known{"email",       "emails",        "work email",      "home email",    "personal email",
                           "other email", "primary email", "secondary email", "business email"};
  return std::find(known.begin(), known.end(), base) != known.end();
}

std::optional<std::string> phone_label(std::string_view name) {
  for (const auto& form : {name, without_number(name)}) {
    const auto found =
        std::find_if(kPhones.begin(), kPhones.end(), [&](const auto& known) { return known.first == form; });
    if (found != kPhones.end()) return std::string(found->second);
  }
  return std::nullopt;
}

class Planner {
 public:
  explicit Planner(const std::vector<std::string>& header) : header_(header) {
    for (const auto& cell : header) names_.push_back(normalised(cell));
    plan_.columns = header.size();
  }

  std::expected<CsvColumnPlan, std::string> plan(const CsvColumns& configured,
                                                 const std::vector<std::string>& phone_fields,
                                                 const std::set<std::string>& fields) {
    plan_id(configured);
    plan_name(configured);
    plan_.organization = one_or_known(configured.organization, kOrganizations);
    plan_.title = one_or_known(configured.title, kTitles);
    // Outlook writes "Mr." under Title beside Job Title.
    if (const auto title = find("title"); configured.title.empty() && title && plan_.title.size() > 1) {
      std::erase(plan_.title, *title);
    }
    if (const auto url = one_or_known(configured.url, kUrls); !url.empty()) plan_.url = url.front();
    plan_.groups = one_or_known(configured.groups, kGroups);
    if (configured.groups.empty()) plan_.tags = first_known({"tags"});
    plan_emails(configured);
    plan_phones(configured, phone_fields);
    for (const auto& name : fields) {
      if (const auto column = configured_column(name)) plan_.fields.emplace_back(name, *column);
    }
    if (!error_.empty()) return std::unexpected(error_);
    return checked();
  }

 private:
  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::optional<std::size_t> first_known(const Names& known) const {
    for (const auto name : known) {
      if (const auto column = find(name)) return column;
    }
    return std::nullopt;
  }

  std::optional<std::size_t> configured_column(const std::string& name) {
    const auto column = find(normalised(name));
    if (column || !error_.empty()) return column;
    std::size_t best = names_.size();
    std::size_t best_distance = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i].empty() || names_[i].size() > kComparedBytesMax) continue;
      const auto distance = text::edit_distance(normalised(name).substr(0, kComparedBytesMax), names_[i]);
      if (best == names_.size() || distance < best_distance) {
        best = i;
        best_distance = distance;
      }
    }
    error_ = best == names_.size()
                 ? fmt::format("the file has no column \"{}\"", name)
                 : fmt::format("the file has no column \"{}\"; the nearest is \"{}\"", name, clean_line(header_[best]));
    return std::nullopt;
  }

  std::vector<std::size_t> one_or_known(const std::string& configured, const Names& known) {
    std::vector<std::size_t> columns;
    if (!configured.empty()) {
      if (const auto column = configured_column(configured)) columns.push_back(*column);
      return columns;
    }
    for (const auto name : known) {
      if (const auto column = find(name)) columns.push_back(*column);
    }
    return columns;
  }

  void plan_id(const CsvColumns& configured) {
    plan_.id_is_configured = !configured.id.empty();
    plan_.id = plan_.id_is_configured ? configured_column(configured.id) : first_known(kIds);
  }

  void plan_name(const CsvColumns& configured) {
    if (!configured.name.empty()) {
      plan_.whole_name = configured_column(configured.name);
      return;
    }
    plan_.whole_name = first_known(kWholeNames);
    for (const auto* part : {&kFirstNames, &kMiddleNames, &kLastNames}) {
      if (const auto column = first_known(*part)) plan_.name_parts.push_back(*column);
    }
    plan_.other_names = one_or_known("", kOtherNames);
  }

  void plan_emails(const CsvColumns& configured) {
    for (const auto& name : configured.emails) {
      if (const auto column = configured_column(name)) plan_.emails.push_back(*column);
    }
    if (!configured.emails.empty()) return;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (is_email(names_[i])) plan_.emails.push_back(i);
    }
  }

  void add_phone(std::size_t column) {
    const auto is_same = [&](const CsvPhoneColumn& known) { return known.value == column; };
    if (std::any_of(plan_.phones.begin(), plan_.phones.end(), is_same)) return;
    CsvPhoneColumn phone{column, {}, std::nullopt};
    const auto& name = names_[column];
    if (is_numbered_part(name, "phone", "value")) {
      const auto stem = name.substr(0, name.rfind(" - "));
      phone.label_column = find(stem + " - label");
      if (!phone.label_column) phone.label_column = find(stem + " - type");
    } else {
      // A column that only the configuration knows is labelled with its own header.
      phone.label = phone_label(name).value_or(name);
    }
    plan_.phones.push_back(std::move(phone));
  }

  void plan_phones(const CsvColumns& configured, const std::vector<std::string>& phone_fields) {
    for (const auto& name : configured.phones) {
      if (const auto column = configured_column(name)) add_phone(*column);
    }
    for (std::size_t i = 0; configured.phones.empty() && i < names_.size(); ++i) {
      // A pager, telex, ISDN, TTY or the assistant's phone is in no list and so left out.
      if (is_numbered_part(names_[i], "phone", "value") || phone_label(names_[i])) add_phone(i);
    }
    for (const auto& name : phone_fields) {
      if (const auto column = configured_column(name)) add_phone(*column);
    }
  }

  std::expected<CsvColumnPlan, std::string> checked() {
    const bool named = plan_.whole_name || !plan_.name_parts.empty() || !plan_.organization.empty();
    if (named && !plan_.phones.empty()) return plan_;
    std::vector<std::string> shown;
    for (const auto& cell : header_) {
      if (shown.size() == kShownColumnsMax) break;
      shown.push_back(text::valid_utf8(clean_line(cell).substr(0, kComparedBytesMax)));
    }
    return std::unexpected(
        fmt::format("no column is recognised as {}; name it under columns. The header begins with \"{}\"",
                    named ? "a phone" : "a name or an organization", text::joined(shown, "\", \"")));
  }

  static constexpr std::size_t kComparedBytesMax = 64;
  static constexpr std::size_t kShownColumnsMax = 12;

  const std::vector<std::string>& header_;
  std::vector<std::string> names_;
  CsvColumnPlan plan_;
  std::string error_;
};

}  // namespace

std::expected<CsvColumnPlan, std::string> plan_csv_columns(const std::vector<std::string>& header,
                                                           const CsvColumns& configured,
                                                           const std::vector<std::string>& phone_fields,
                                                           const std::set<std::string>& fields) {
  return Planner(header).plan(configured, phone_fields, fields);
}

}  // namespace ringdex::sync

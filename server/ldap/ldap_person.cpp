#include "server/ldap/ldap_person.h"

#include <algorithm>
#include <array>

#include "server/lookup/caller_line.h"
#include "server/lookup/directory.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/plain_text.h"

namespace ringdex::server {
namespace {

using telephony::is_same_attribute;

// What can be asked for, in the order of an entry with all attributes; the last column is the same by its OID.
enum class Field {
  object_class,
  category,
  uid,
  name,
  given_name,
  family_name,
  organization,
  title,
  email,
  url,
  number
};
struct Attribute {
  std::string_view name;
  Field field;
  bool in_all;  // among those of an entry with all attributes
  std::string_view oid;
};
constexpr std::array kAttributes = {
    Attribute{"objectClass", Field::object_class, true, "2.5.4.0"},
    Attribute{"objectCategory", Field::category, false, ""},
    Attribute{"uid", Field::uid, true, "0.9.2342.19200300.100.1.1"},
    Attribute{"cn", Field::name, true, "2.5.4.3"},
    Attribute{"commonName", Field::name, false, ""},
    Attribute{"displayName", Field::name, true, "2.16.840.1.113730.3.1.241"},
    Attribute{"name", Field::name, false, "2.5.4.41"},
    Attribute{"metaSearchText", Field::name, false, ""},
    Attribute{"sn", Field::family_name, true, "2.5.4.4"},
    Attribute{"surname", Field::family_name, false, ""},
    Attribute{"givenName", Field::given_name, true, "2.5.4.42"},
    Attribute{"gn", Field::given_name, false, ""},
    Attribute{"o", Field::organization, true, "2.5.4.10"},
    Attribute{"organizationName", Field::organization, false, ""},
    Attribute{"company", Field::organization, false, ""},
    Attribute{"title", Field::title, true, "2.5.4.12"},
    Attribute{"mail", Field::email, true, "0.9.2342.19200300.100.1.3"},
    Attribute{"rfc822Mailbox", Field::email, false, ""},
    Attribute{"labeledURI", Field::url, true, "1.3.6.1.4.1.250.1.57"},
    Attribute{"telephoneNumber", Field::number, true, "2.5.4.20"},
    Attribute{"mobile", Field::number, true, "0.9.2342.19200300.100.1.41"},
    Attribute{"homePhone", Field::number, true, "0.9.2342.19200300.100.1.20"},
    Attribute{"pager", Field::number, true, "0.9.2342.19200300.100.1.42"},
};
// The last two are what phones that were set up for Active Directory ask for.
constexpr std::array<std::string_view, 6> kObjectClasses{"top",           "person", "organizationalPerson",
                                                         "inetOrgPerson", "user",   "contact"};

const Attribute* attribute_named(std::string_view name) {
  const auto found = std::ranges::find_if(kAttributes, [&](const Attribute& known) {
    return is_same_attribute(known.name, name) || (!known.oid.empty() && is_same_attribute(known.oid, name));
  });
  return found == kAttributes.end() ? nullptr : &*found;
}

void set_name(LdapPerson& person, std::string_view name, std::string_view organization) {
  person.name = shown_name(name, organization);
  person.organization = organization;
  NameParts parts = name.empty() ? NameParts{"", std::string(organization)} : split_name(name);
  person.given_name = std::move(parts.given);
  person.family_name = std::move(parts.family);
}

}  // namespace

LdapPerson ldap_person(const index::Record& record) {
  LdapPerson person;
  person.uid = text::id_in_url(record.id.to_string());
  set_name(person, record.name, record.organization);
  person.title = record.title;
  person.url = text::safe_url(record.url);
  person.emails = record.emails;
  for (const index::RecordPhone& phone : record.phones) {
    if (!is_callable(phone)) continue;
    std::string text = phone.number->to_e164();
    const bool is_there = std::ranges::any_of(person.phones, [&](const auto& known) { return known.text == text; });
    if (!is_there) person.phones.push_back({std::move(text), ldap_number_attribute(phone.label)});
  }
  return person;
}

LdapPerson ldap_person(const index::Card& card) {
  LdapPerson person;
  person.uid = text::id_in_url(card.id_text());
  set_name(person, card.name, card.organization);
  person.url = text::safe_url(card.url.text());
  return person;
}

std::string_view ldap_number_attribute(std::string_view label) {
  const std::string lower = text::ascii_lower(label);
  if (lower.contains("mobile") || lower.contains("cell")) return "mobile";
  if (lower.contains("home")) return "homePhone";
  if (lower.contains("pager")) return "pager";
  return "telephoneNumber";
}

void LdapPerson::show_as(const std::string& line) {
  name = line;
  given_name.clear();
  family_name = line;
}

std::vector<std::string_view> ldap_values(const LdapPerson& person, std::string_view attribute) {
  const auto one = [](std::string_view value) {
    return value.empty() ? std::vector<std::string_view>() : std::vector<std::string_view>{value};
  };
  if (telephony::ldap_attribute_kind(attribute) == telephony::LdapAttributeKind::number) {
    std::vector<std::string_view> numbers;
    for (const LdapPerson::Phone& phone : person.phones) {
      if (is_same_attribute(phone.attribute, attribute)) numbers.push_back(phone.text);
    }
    return numbers;
  }
  const Attribute* known = attribute_named(attribute);
  if (known == nullptr) return {};
  switch (known->field) {
    case Field::object_class:
      return {kObjectClasses.begin(), kObjectClasses.end()};
    case Field::category:
      return {"person"};
    case Field::uid:
      return one(person.uid);
    case Field::name:
      return one(person.name);
    case Field::given_name:
      return one(person.given_name);
    case Field::family_name:
      return one(person.family_name);
    case Field::organization:
      return one(person.organization);
    case Field::title:
      return one(person.title);
    case Field::email:
      return {person.emails.begin(), person.emails.end()};
    case Field::url:
      return one(person.url);
    case Field::number:
      break;
  }
  return {};
}

LdapSelection::LdapSelection(const std::vector<std::string_view>& asked) : all_(asked.empty()) {
  for (const std::string_view name : asked) {
    if (name == "*") {
      all_ = true;
    } else if (name != "+" && name != "1.1") {
      asked_.push_back(name);
    }
  }
}

bool LdapSelection::is_wanted(std::string_view attribute) const {
  if (all_) return true;
  return std::ranges::any_of(asked_, [&](std::string_view name) { return is_same_attribute(name, attribute); });
}

bool LdapSelection::wants_record() const {
  return all_ || std::ranges::any_of(asked_, [](std::string_view name) {
           const Attribute* known = attribute_named(name);
           return known != nullptr && (known->field == Field::title || known->field == Field::email);
         });
}

std::string_view LdapSelection::number_attribute(std::string_view own) const {
  if (is_wanted(own)) return own;
  if (is_wanted("telephoneNumber")) return "telephoneNumber";
  for (const std::string_view name : asked_) {
    if (telephony::ldap_attribute_kind(name) == telephony::LdapAttributeKind::number) return name;
  }
  return own;
}

void LdapSelection::append_entry(std::string& out, std::int32_t message_id, std::string_view base_dn, LdapPerson person,
                                 bool types_only) const {
  for (LdapPerson::Phone& phone : person.phones) phone.attribute = number_attribute(phone.attribute);
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> values;
  const auto add = [&](std::string_view name, std::vector<std::string_view> found) {
    const bool is_there =
        std::ranges::any_of(values, [&](const auto& one) { return is_same_attribute(one.first, name); });
    if (!found.empty() && !is_there) values.emplace_back(name, std::move(found));
  };
  // Under the names as the client wrote them: some phones compare them to the letter.
  for (const std::string_view name : asked_) add(name, ldap_values(person, name));
  if (all_) {
    for (const Attribute& attribute : kAttributes) {
      if (attribute.in_all) add(attribute.name, ldap_values(person, attribute.name));
    }
    for (const LdapPerson::Phone& phone : person.phones) {
      if (attribute_named(phone.attribute) == nullptr) add(phone.attribute, {phone.text});
    }
  }
  std::vector<telephony::LdapEntryAttribute> attributes;
  for (const auto& [name, found] : values) attributes.push_back({name, found});
  telephony::append_ldap_entry(out, message_id, ldap_dn(person, base_dn), attributes, types_only);
}

std::string ldap_dn(const LdapPerson& person, std::string_view base_dn) {
  std::string dn = "uid=" + person.uid;
  dn.append(",").append(base_dn);
  return dn;
}

}  // namespace ringdex::server

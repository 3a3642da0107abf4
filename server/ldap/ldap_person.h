#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/records/record.h"
#include "index/table/card.h"
#include "telephony/ldap/ldap_filter.h"
#include "telephony/ldap/ldap_message.h"

namespace ringdex::server {

// What an entry says of one person, as inetOrgPerson has it (RFC 2798) with a few names that phones ask for.
struct LdapPerson {
  struct Phone {
    std::string text;
    std::string_view attribute;  // by its label: mobile, homePhone, ...
  };
  std::string uid;  // the record's id, percent-encoded: it stands in the entry's name too
  std::string name;
  std::string given_name, family_name;
  std::string organization, title, url;
  std::vector<std::string> emails;
  std::vector<Phone> phones;

  // By another name, which is not in two parts: what several people have in common.
  void show_as(const std::string& line);
};

// From all that is known, or from what a ring shows: that has the name, the organization and no numbers.
LdapPerson ldap_person(const index::Record& record);
LdapPerson ldap_person(const index::Card& card);

// Which attribute a number with that label stands under: mobile, homePhone, pager, else telephoneNumber.
std::string_view ldap_number_attribute(std::string_view label);

// The attribute's values, the name by any of its usual names and OIDs; empty: the person has none.
std::vector<std::string_view> ldap_values(const LdapPerson& person, std::string_view attribute);

// Which attributes a search wants to see.
class LdapSelection {
 public:
  explicit LdapSelection(const std::vector<std::string_view>& asked);
  // Whether what only the whole record has is wanted: e-mail, title, or all there is.
  bool wants_record() const;
  // Under which of the attributes a number is shown: its own if that is wanted, else telephoneNumber or what is wanted
  // in its place.
  std::string_view number_attribute(std::string_view own) const;

  void append_entry(std::string& out, std::int32_t message_id, std::string_view base_dn, LdapPerson person,
                    bool types_only) const;

 private:
  bool is_wanted(std::string_view attribute) const;

  std::vector<std::string_view> asked_;  // without the special ones
  bool all_ = false;                     // all user attributes
};

// "uid=zendesk-eu:contact:35436,dc=ringdex"
std::string ldap_dn(const LdapPerson& person, std::string_view base_dn);

}  // namespace ringdex::server

#include "server/ldap/ldap_tree.h"

#include <algorithm>
#include <array>
#include <span>

#include "telephony/text/plain_text.h"

namespace ringdex::server {
namespace {

using telephony::LdapEntryAttribute;

constexpr std::string_view kSchemaDn = "cn=Subschema";

std::string normalised(std::string_view dn) {
  std::string plain;
  for (const char character : text::ascii_lower(text::trimmed(dn))) {
    const bool after_sign = !plain.empty() && (plain.back() == ',' || plain.back() == '=');
    if (character == ' ' && after_sign) continue;
    if (character == ',' || character == '=') {
      while (plain.ends_with(' ')) plain.pop_back();
    }
    plain.push_back(character);
  }
  return plain;
}

bool is_asked(const std::vector<std::string_view>& asked, std::string_view name, bool is_operational) {
  if (asked.empty()) return !is_operational;
  return std::ranges::any_of(asked, [&](std::string_view one) {
    return (one == "*" && !is_operational) || (one == "+" && is_operational) || telephony::is_same_attribute(one, name);
  });
}

class Entry {
 public:
  explicit Entry(const std::vector<std::string_view>& asked) : asked_(asked) {}

  void add(std::string_view name, std::span<const std::string_view> values, bool is_operational = true) {
    if (is_asked(asked_, name, is_operational)) attributes_.push_back({name, values});
  }
  void append(std::string& out, std::int32_t message_id, std::string_view dn) const {
    telephony::append_ldap_entry(out, message_id, dn, attributes_);
  }

 private:
  const std::vector<std::string_view>& asked_;
  std::vector<LdapEntryAttribute> attributes_;
};

constexpr std::array<std::string_view, 1> kTop{"top"};
constexpr std::array<std::string_view, 2> kSchemaClasses{"top", "subschema"};
constexpr std::array<std::string_view, 1> kSchemaName{"Subschema"};
// RFC 4519, RFC 2798, RFC 4524, RFC 2079, as far as entries here have them.
constexpr std::array<std::string_view, 4> kTreeObjectClasses{
    "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
    "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY telephoneNumber )",
    "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY title )",
    "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( displayName $ givenName "
    "$ "
    "homePhone $ labeledURI $ mail $ mobile $ o $ pager $ uid ) )"};
constexpr std::array<std::string_view, 15> kAttributeTypes{
    "( 2.5.4.0 NAME 'objectClass' EQUALITY objectIdentifierMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.38 )",
    "( 2.5.4.3 NAME ( 'cn' 'commonName' ) EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 2.5.4.4 NAME ( 'sn' 'surname' ) EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 2.5.4.10 NAME ( 'o' 'organizationName' ) EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 2.5.4.12 NAME 'title' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 2.5.4.20 NAME 'telephoneNumber' EQUALITY telephoneNumberMatch SUBSTR telephoneNumberSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.50 )",
    "( 2.5.4.42 NAME ( 'givenName' 'gn' ) EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 2.16.840.1.113730.3.1.241 NAME 'displayName' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
    "( 0.9.2342.19200300.100.1.1 NAME ( 'uid' 'userid' ) EQUALITY caseIgnoreMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) EQUALITY caseIgnoreIA5Match SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.26 )",
    "( 0.9.2342.19200300.100.1.20 NAME ( 'homePhone' 'homeTelephoneNumber' ) EQUALITY telephoneNumberMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.50 )",
    "( 0.9.2342.19200300.100.1.41 NAME ( 'mobile' 'mobileTelephoneNumber' ) EQUALITY telephoneNumberMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.50 )",
    "( 0.9.2342.19200300.100.1.42 NAME ( 'pager' 'pagerTelephoneNumber' ) EQUALITY telephoneNumberMatch SYNTAX "
    "1.3.6.1.4.1.1466.115.121.1.50 )",
    "( 1.3.6.1.4.1.250.1.57 NAME 'labeledURI' EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
    "( 2.5.18.10 NAME 'subschemaSubentry' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 "
    "SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation )"};

}  // namespace

LdapBase read_ldap_base(std::string_view name, telephony::LdapScope scope, std::string_view base_dn) {
  using Kind = LdapBase::Kind;
  const std::string asked = normalised(name);
  if (asked.empty()) return {scope == telephony::LdapScope::base ? Kind::root_dse : Kind::tree, {}};
  if (asked == normalised(kSchemaDn)) return {Kind::schema, {}};
  const std::string tree = normalised(base_dn);
  if (asked == tree) return {Kind::tree, {}};
  constexpr std::string_view kUid = "uid=";
  const std::string_view plain = text::trimmed(name);
  const std::size_t comma = plain.find(',');
  if (!asked.starts_with(kUid) || comma == std::string_view::npos || normalised(plain.substr(comma + 1)) != tree) {
    return {};
  }
  const std::size_t equals = plain.find('=');
  return {Kind::person, std::string(text::trimmed(plain.substr(equals + 1, comma - equals - 1)))};
}

void append_root_dse(std::string& out, std::int32_t message_id, const std::vector<std::string_view>& asked,
                     std::string_view base_dn, bool start_tls) {
  static constexpr std::array<std::string_view, 1> kVersion{"3"};
  static constexpr std::array<std::string_view, 1> kSchema{kSchemaDn};
  static constexpr std::array<std::string_view, 1> kControls{telephony::kLdapPagedResultsOid};
  static constexpr std::array<std::string_view, 2> kFeatures{"1.3.6.1.4.1.4203.1.5.1", "1.3.6.1.4.1.4203.1.5.3"};
  static constexpr std::array<std::string_view, 2> kExtensions{telephony::kLdapWhoAmIOid, telephony::kLdapStartTlsOid};
  static constexpr std::array<std::string_view, 1> kVendor{"ringdex"};
  static constexpr std::array<std::string_view, 1> kVendorVersion{RINGDEX_VERSION};
  const std::array<std::string_view, 1> base{base_dn};
  Entry entry(asked);
  entry.add("objectClass", kTop, false);
  entry.add("namingContexts", base);
  entry.add("supportedLDAPVersion", kVersion);
  entry.add("supportedControl", kControls);
  entry.add("supportedExtension", std::span(kExtensions).first(start_tls ? 2 : 1));
  entry.add("supportedFeatures", kFeatures);
  entry.add("subschemaSubentry", kSchema);
  entry.add("vendorName", kVendor);
  entry.add("vendorVersion", kVendorVersion);
  entry.append(out, message_id, "");
}

void append_schema(std::string& out, std::int32_t message_id, const std::vector<std::string_view>& asked) {
  Entry entry(asked);
  entry.add("objectClass", kSchemaClasses, false);
  entry.add("cn", kSchemaName, false);
  entry.add("objectClasses", kTreeObjectClasses);
  entry.add("attributeTypes", kAttributeTypes);
  entry.append(out, message_id, kSchemaDn);
}

void append_base_entry(std::string& out, std::int32_t message_id, std::string_view base_dn) {
  const std::string_view first = base_dn.substr(0, base_dn.find(','));
  const std::size_t equals = first.find('=');
  const std::array<std::string_view, 1> value{text::trimmed(first.substr(equals + 1))};
  const std::vector<std::string_view> all;
  Entry entry(all);
  entry.add("objectClass", kTop, false);
  entry.add(text::trimmed(first.substr(0, equals)), value, false);
  entry.append(out, message_id, base_dn);
}

}  // namespace ringdex::server

#include "telephony/ldap/ldap_attribute.h"

#include <algorithm>
#include <array>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

struct NamedKind {
  std::string_view name;  // in lower case
  LdapAttributeKind kind;
};

constexpr auto kNumber = LdapAttributeKind::number;
constexpr auto kName = LdapAttributeKind::name;
constexpr auto kOther = LdapAttributeKind::other;

// In the order of the names. ou is not among them: people here are of no organizational unit.
constexpr std::array kKinds{
    NamedKind{"0.9.2342.19200300.100.1.1", kOther},    // uid
    NamedKind{"0.9.2342.19200300.100.1.20", kNumber},  // homePhone
    NamedKind{"0.9.2342.19200300.100.1.3", kOther},    // mail
    NamedKind{"0.9.2342.19200300.100.1.41", kNumber},  // mobile
    NamedKind{"0.9.2342.19200300.100.1.42", kNumber},  // pager
    NamedKind{"2.16.840.1.113730.3.1.241", kName},     // displayName
    NamedKind{"2.5.4.0", kOther},                      // objectClass
    NamedKind{"2.5.4.10", kName},                      // o
    NamedKind{"2.5.4.12", kOther},                     // title
    NamedKind{"2.5.4.20", kNumber},                    // telephoneNumber
    NamedKind{"2.5.4.23", kNumber},                    // facsimileTelephoneNumber
    NamedKind{"2.5.4.3", kName},                       // cn
    NamedKind{"2.5.4.4", kName},                       // sn
    NamedKind{"2.5.4.41", kName},                      // name
    NamedKind{"2.5.4.42", kName},                      // givenName
    NamedKind{"cn", kName},
    NamedKind{"commonname", kName},
    NamedKind{"company", kName},
    NamedKind{"companyphone", kNumber},
    NamedKind{"displayname", kName},
    NamedKind{"entrydn", kOther},
    NamedKind{"entryuuid", kOther},
    NamedKind{"facsimiletelephonenumber", kNumber},
    NamedKind{"fax", kNumber},
    NamedKind{"givenname", kName},
    NamedKind{"gn", kName},
    NamedKind{"home", kNumber},
    NamedKind{"homephone", kNumber},
    NamedKind{"hometelephonenumber", kNumber},
    NamedKind{"ipphone", kNumber},
    NamedKind{"mail", kOther},
    NamedKind{"metasearchnumber", kNumber},
    NamedKind{"metasearchtext", kName},
    NamedKind{"mobile", kNumber},
    NamedKind{"mobiletelephonenumber", kNumber},
    NamedKind{"name", kName},
    NamedKind{"o", kName},
    NamedKind{"objectcategory", kOther},
    NamedKind{"objectclass", kOther},
    NamedKind{"organizationname", kName},
    NamedKind{"other", kNumber},
    NamedKind{"otherhomephone", kNumber},
    NamedKind{"othermobile", kNumber},
    NamedKind{"othertelephone", kNumber},
    NamedKind{"pager", kNumber},
    NamedKind{"pagertelephonenumber", kNumber},
    NamedKind{"phone", kNumber},
    NamedKind{"rfc822mailbox", kOther},
    NamedKind{"sn", kName},
    NamedKind{"surname", kName},
    NamedKind{"telephonenumber", kNumber},
    NamedKind{"title", kOther},
    NamedKind{"uid", kOther},
    NamedKind{"userid", kOther},
    NamedKind{"work", kNumber},
};
static_assert(std::ranges::is_sorted(kKinds, {}, &NamedKind::name));

constexpr std::size_t kNameBytesMax = 32;
static_assert(std::ranges::all_of(kKinds, [](const NamedKind& row) { return row.name.size() <= kNameBytesMax; }));

}  // namespace

std::string_view without_options(std::string_view attribute) {
  return attribute.substr(0, attribute.find(';'));
}

bool is_same_attribute(std::string_view left, std::string_view right) {
  return std::ranges::equal(without_options(left), without_options(right), {}, text::to_ascii_lower,
                            text::to_ascii_lower);
}

LdapAttributeKind ldap_attribute_kind(std::string_view attribute) {
  const std::string_view name = without_options(attribute);
  if (name.size() > kNameBytesMax) return LdapAttributeKind::none;
  std::array<char, kNameBytesMax> buffer{};
  std::ranges::transform(name, buffer.begin(), text::to_ascii_lower);
  const std::string_view lowered(buffer.data(), name.size());
  const auto row = std::ranges::lower_bound(kKinds, lowered, {}, &NamedKind::name);
  return row != kKinds.end() && row->name == lowered ? row->kind : LdapAttributeKind::none;
}

}  // namespace ringdex::telephony

#pragma once

#include <cstdint>
#include <string_view>

namespace ringdex::telephony {

// What an LDAP attribute means here. `none`: nobody has such an attribute. `other`: people may have it, yet nobody is
// looked up by it (objectClass, mail, title, uid, ...).
enum class LdapAttributeKind : std::uint8_t { none, number, name, other };

// The name without its options: "cn" of "cn;lang-de" (RFC 4512 section 2.5).
std::string_view without_options(std::string_view attribute);

// Whether both name the same attribute: upper and lower case and the options do not matter. An OID and the name that
// stands for it are two names here.
bool is_same_attribute(std::string_view left, std::string_view right);

// What phones ask for by its usual names and OIDs (RFC 4519, RFC 4524, Active Directory's, and what Gigaset, Fanvil
// and innovaphone made up). Allocates nothing.
LdapAttributeKind ldap_attribute_kind(std::string_view attribute);

}  // namespace ringdex::telephony

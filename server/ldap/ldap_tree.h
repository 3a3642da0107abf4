#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/ldap/ldap_message.h"

namespace ringdex::server {

// What a search's base names in the tree that this server shows: a base entry with the people one level below it.
struct LdapBase {
  enum class Kind { root_dse, schema, tree, person, unknown };
  Kind kind = Kind::unknown;
  std::string uid;  // of a person, still percent-encoded
};

// Names are compared without regard to case and to spaces around commas and equals signs. The empty name is the root
// DSE for a search of that one entry, and the whole tree for any other: phones are often left without a base.
LdapBase read_ldap_base(std::string_view name, telephony::LdapScope scope, std::string_view base_dn);

// The entries that are no people (RFC 4512 sections 4.2 and 5.1). `start_tls`: whether the root DSE offers it.
void append_root_dse(std::string& out, std::int32_t message_id, const std::vector<std::string_view>& asked,
                     std::string_view base_dn, bool start_tls);
void append_schema(std::string& out, std::int32_t message_id, const std::vector<std::string_view>& asked);
void append_base_entry(std::string& out, std::int32_t message_id, std::string_view base_dn);

}  // namespace ringdex::server

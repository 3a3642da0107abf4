#include "server/ldap/ldap_tree.h"

#include <doctest/doctest.h>

namespace ringdex::server {
namespace {

TEST_CASE("a search's base is read whatever its case and spaces") {
  using Kind = LdapBase::Kind;
  using Scope = telephony::LdapScope;
  const auto kind = [](std::string_view name, Scope scope) {
    return read_ldap_base(name, scope, "ou=People, dc=acme").kind;
  };
  CHECK(kind("", Scope::base) == Kind::root_dse);
  CHECK(kind("", Scope::subtree) == Kind::tree);
  CHECK(kind("OU=people , DC = Acme", Scope::subtree) == Kind::tree);
  CHECK(kind("ou=People,dc=acme", Scope::base) == Kind::tree);
  CHECK(kind("dc=acme", Scope::subtree) == Kind::unknown);
  CHECK(kind("ou=peopledc=acme", Scope::subtree) == Kind::unknown);
  CHECK(kind("cn=subschema", Scope::base) == Kind::schema);
  const LdapBase person =
      read_ldap_base("UID = crm:contact:A%2C1 ,ou=people,dc=ACME", Scope::base, "ou=People, dc=acme");
  CHECK(person.kind == Kind::person);
  CHECK(person.uid == "crm:contact:A%2C1");
  CHECK(kind("uid=x", Scope::base) == Kind::unknown);
  CHECK(kind("uid=x,dc=other", Scope::base) == Kind::unknown);
  CHECK(kind(",", Scope::base) == Kind::unknown);
  CHECK(kind("=", Scope::base) == Kind::unknown);
}

}  // namespace
}  // namespace ringdex::server

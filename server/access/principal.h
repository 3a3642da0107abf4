#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "telephony/text/enum_names.h"

namespace ringdex::server {

// Who asks: one account, and what the key allows.
enum class Scope : unsigned { none = 0, lookup = 1, agent = 2, admin = 4, metrics = 8 };
constexpr Scope operator|(Scope left, Scope right) {
  return static_cast<Scope>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}
inline constexpr auto kScopeNames = text::enum_names<Scope>(
    {{Scope::lookup, "lookup"}, {Scope::agent, "agent"}, {Scope::admin, "admin"}, {Scope::metrics, "metrics"}});
// nullopt if there is no such scope.
constexpr std::optional<Scope> scope_from(std::string_view name) {
  return kScopeNames.value_of(name);
}
inline constexpr unsigned kAllScopes = 0xff;
struct Principal {
  std::string account;
  unsigned scopes = 0;     // bits of Scope
  std::string key_id;      // empty: loopback without keys
  std::string session_id;  // of the browser that is signed in with that key; empty: the request brought the key
  // Of several scopes each is enough.
  bool may(Scope scope) const { return scope == Scope::none || (scopes & static_cast<unsigned>(scope)) != 0; }
};

}  // namespace ringdex::server

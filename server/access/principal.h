#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringdex::server {

// Who asks: one account, and what the key allows.
enum class Scope : unsigned { none = 0, lookup = 1, agent = 2, admin = 4, metrics = 8 };
constexpr Scope operator|(Scope left, Scope right) {
  return static_cast<Scope>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}
inline constexpr std::array kScopeNames{
    std::pair{Scope::lookup, std::string_view("lookup")}, std::pair{Scope::agent, std::string_view("agent")},
    std::pair{Scope::admin, std::string_view("admin")}, std::pair{Scope::metrics, std::string_view("metrics")}};
// nullopt if there is no such scope.
std::optional<Scope> scope_from(std::string_view name);
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

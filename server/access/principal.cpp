#include "server/access/principal.h"

namespace ringdex::server {

std::optional<Scope> scope_from(std::string_view name) {
  for (const auto& [scope, known] : kScopeNames) {
    if (known == name) return scope;
  }
  return std::nullopt;
}

}  // namespace ringdex::server

#include "server/one_line.h"

#include <fmt/format.h>

#include "server/lookup_service.h"
#include "telephony/plain_text.h"

namespace ringdex::server {

std::optional<OneLine> one_line_from(std::string_view name) {
  if (name == "pick") return OneLine::pick;
  if (name == "organization") return OneLine::organization;
  if (name == "count") return OneLine::count;
  return std::nullopt;
}

std::string_view shown_name(std::string_view name, std::string_view organization) {
  return name.empty() ? organization : name;
}

std::string one_line(const LookupAnswer& answer) {
  if (answer.candidates.empty() || !answer.has_default) return {};
  const index::Card& pick = answer.leading(answer.candidates.front());
  std::string name(shown_name(pick.name, pick.organization));
  if (answer.match != Match::many) return name;
  const OneLine rule = answer.account->one_line;
  if (rule == OneLine::organization && answer.shared_organization) return std::string(*answer.shared_organization);
  if (rule == OneLine::count) return fmt::format("{} +{}", name, answer.total - 1);
  return name;
}

NameParts split_name(std::string_view name) {
  name = telephony::trimmed(name);
  if (const std::size_t comma = name.find(','); comma != std::string_view::npos) {
    return {std::string(telephony::trimmed(name.substr(comma + 1))),
            std::string(telephony::trimmed(name.substr(0, comma)))};
  }
  std::size_t family = name.rfind(' ');
  if (family == std::string_view::npos) return {"", std::string(name)};
  while (family > 0) {
    const std::size_t before = name.rfind(' ', family - 1);
    if (before == std::string_view::npos || name[before + 1] < 'a' || name[before + 1] > 'z') break;
    family = before;
  }
  return {std::string(telephony::trimmed(name.substr(0, family))), std::string(name.substr(family + 1))};
}

}  // namespace ringdex::server

#include "server/lookup/caller_line.h"

#include <fmt/core.h>

#include "server/lookup/lookup_service.h"
#include "telephony/text/plain_text.h"

namespace ringdex::server {
namespace {

// A caller whom nobody has named yet: the carrier's own word says more.
bool is_number_alone(const index::Card& card, const LookupAnswer& answer) {
  return card.source == index::kLocalSource && answer.number.parsed &&
         card.name == answer.number.parsed->number.to_e164();
}

}  // namespace

std::string_view shown_name(std::string_view name, std::string_view organization) {
  return name.empty() ? organization : name;
}

std::string caller_line(const LookupAnswer& answer) {
  const index::Card* pick = answer.pick();
  if (pick == nullptr || is_number_alone(*pick, answer)) return {};
  std::string name(shown_name(pick->name, pick->organization));
  if (answer.match != Match::many) return name;
  const CallerLine rule = answer.account->one_line;
  if (rule == CallerLine::organization && answer.shared_organization) return std::string(*answer.shared_organization);
  if (rule == CallerLine::count) return fmt::format("{} +{}", name, answer.total - 1);
  return name;
}

bool shows_one_person(const LookupAnswer& answer) {
  if (answer.pick() == nullptr) return false;
  return answer.match != Match::many || answer.account->one_line != CallerLine::organization ||
         !answer.shared_organization;
}

NameParts split_name(std::string_view name) {
  name = text::trimmed(name);
  if (const std::size_t comma = name.find(','); comma != std::string_view::npos) {
    return {std::string(text::trimmed(name.substr(comma + 1))), std::string(text::trimmed(name.substr(0, comma)))};
  }
  const auto is_small = [&](std::size_t at) { return name[at] >= 'a' && name[at] <= 'z'; };
  const std::size_t last_space = name.rfind(' ');
  std::size_t family = last_space == std::string_view::npos ? 0 : last_space + 1;
  // Where the last word is small too, nobody minded capitals.
  while (family > 1 && !name.empty() && !is_small(last_space + 1)) {
    const std::size_t space = name.find_last_of(' ', family - 2);
    const std::size_t before = space == std::string_view::npos ? 0 : space + 1;
    if (!is_small(before)) break;
    family = before;
  }
  return {std::string(text::trimmed(name.substr(0, family))), std::string(name.substr(family))};
}

}  // namespace ringdex::server

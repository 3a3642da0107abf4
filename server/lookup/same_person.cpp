#include "server/lookup/same_person.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <map>
#include <utility>

namespace ringdex::server {
std::string normalised_name(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  const icu::UnicodeString folded = U_SUCCESS(status) ? folding->normalize(text, status) : text;
  icu::UnicodeString spaced;
  bool gap = false;
  for (std::int32_t at = 0; at < folded.length(); at = folded.moveIndex32(at, 1)) {
    const UChar32 character = folded.char32At(at);
    if (!u_isalnum(character) && u_charType(character) != U_NON_SPACING_MARK) {
      gap = true;
      continue;
    }
    if (gap && !spaced.isEmpty()) spaced.append(u' ');
    gap = false;
    spaced.append(character);
  }
  std::string out;
  spaced.toUTF8String(out);
  return out;
}

std::vector<std::size_t> group_same_person(index::Cards& cards, SamePerson rules) {
  if (rules == SamePerson::none) return std::vector<std::size_t>(cards.size(), 1);
  std::vector<std::vector<index::Card>> groups;
  std::map<std::string, std::size_t> by_name;
  for (const index::Card& card : cards) {
    std::string name = normalised_name(card.name);
    const std::size_t next = groups.size();
    const std::size_t group = name.empty() ? next : by_name.emplace(std::move(name), next).first->second;
    if (group == next) groups.emplace_back();
    groups[group].push_back(card);
  }
  std::vector<std::size_t> sizes;
  cards.clear();
  for (const auto& group : groups) {
    sizes.push_back(group.size());
    cards.insert(cards.end(), group.begin(), group.end());
  }
  return sizes;
}

}  // namespace ringdex::server

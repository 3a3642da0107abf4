#include "server/same_person.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>

#include "telephony/number_variants.h"

namespace ringdex::server {
namespace {

bool share_number(const index::Record& left, const index::Record& right) {
  for (const auto& one : left.phones) {
    for (const auto& other : right.phones) {
      if (one.number && other.number && telephony::canonical(*one.number) == telephony::canonical(*other.number)) {
        return true;
      }
    }
  }
  return false;
}

bool share_email(const index::Record& left, const index::Record& right) {
  return std::ranges::any_of(
      left.emails, [&](const auto& email) { return std::ranges::find(right.emails, email) != right.emails.end(); });
}

// Both names agree already.
bool agree(const index::Record& left, const index::Record& right, SamePerson rules) {
  if (share_number(left, right)) return true;
  if (rules == SamePerson::name_number) return false;
  const std::string organization = normalised_name(left.organization);
  return share_email(left, right) || (!organization.empty() && organization == normalised_name(right.organization));
}

}  // namespace

std::optional<SamePerson> same_person_from(std::string_view name) {
  if (name == "none") return SamePerson::none;
  if (name == "name_number") return SamePerson::name_number;
  if (name == "name_number_email_org") return SamePerson::name_number_email_org;
  return std::nullopt;
}

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

std::vector<std::vector<index::Record>> group_same_person(std::vector<index::Record> records, SamePerson rules) {
  std::vector<std::vector<index::Record>> groups;
  std::multimap<std::string, std::size_t> by_name;
  const bool grouping = rules != SamePerson::none && records.size() > 1;
  for (index::Record& record : records) {
    std::string name = grouping ? normalised_name(record.name) : "";
    if (!name.empty()) {
      const auto [first, last] = by_name.equal_range(name);
      const auto same = std::find_if(first, last, [&](const auto& group) {
        return std::ranges::any_of(groups[group.second],
                                   [&](const auto& member) { return agree(member, record, rules); });
      });
      if (same != last) {
        groups[same->second].push_back(std::move(record));
        continue;
      }
      by_name.emplace(std::move(name), groups.size());
    }
    groups.emplace_back().push_back(std::move(record));
  }
  return groups;
}

}  // namespace ringdex::server

#include "sync/connectors/salesforce/salesforce_id.h"

#include <algorithm>

#include "telephony/text/plain_text.h"

namespace ringdex::sync {
namespace {

constexpr std::size_t kShort = 15;
constexpr std::size_t kLong = 18;
constexpr std::size_t kGroup = 5;  // characters whose case one character of the suffix tells
constexpr std::string_view kSuffixLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string with_suffix(std::string id) {
  for (std::size_t group = 0; group < kShort; group += kGroup) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < kGroup; ++i) {
      if (is_upper(id[group + i])) bits |= 1U << i;
    }
    id += kSuffixLetters[bits];
  }
  return id;
}

}  // namespace

std::optional<std::string> salesforce_id(std::string_view text) {
  if (text.size() != kShort && text.size() != kLong) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return text::is_digit(c) || is_upper(upper(c)); })) return std::nullopt;
  if (text.size() == kShort) return with_suffix(std::string(text));
  std::string id(text.substr(0, kShort));
  for (std::size_t i = 0; i < kShort; ++i) {
    const auto bits = kSuffixLetters.find(upper(text[kShort + i / kGroup]));
    if (bits == std::string_view::npos) return std::nullopt;
    const bool capital = (bits >> (i % kGroup) & 1U) != 0;
    if (capital && text::is_digit(id[i])) return std::nullopt;
    id[i] = capital ? upper(id[i]) : lower(id[i]);
  }
  return with_suffix(std::move(id));
}

}  // namespace ringdex::sync

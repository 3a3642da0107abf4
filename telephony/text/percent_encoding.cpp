#include "telephony/text/percent_encoding.h"

#include <optional>

namespace ringdex::text {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

int digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

// The byte that the first three characters stand for; nullopt if they are no percent-encoding, or that of a NUL.
std::optional<char> encoded_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%' || digit(text[1]) < 0 || digit(text[2]) < 0) return std::nullopt;
  const int byte = digit(text[1]) * 16 + digit(text[2]);
  return byte == 0 ? std::nullopt : std::optional(static_cast<char>(byte));
}

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view kept) {
  constexpr std::string_view kUnreserved = "-._~";
  std::string out;
  out.reserve(text.size());
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    if (is_plain || kUnreserved.contains(character) || kept.contains(character)) {
      out.push_back(character);
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15U]};
    }
  }
  return out;
}

void append_percent_decoded(std::string& out, std::string_view text, UrlPart part) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && text[end] != '%' && text[end] != '+') ++end;
    out.append(text.substr(at, end - at));
    at = end;
    if (end == text.size()) break;
    const auto byte = encoded_byte(text.substr(end));
    out.push_back(byte ? *byte : (text[end] == '+' && part == UrlPart::query ? ' ' : text[end]));
    at += byte ? std::size_t{3} : std::size_t{1};
  }
}

std::string safe_url(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return {};
  return percent_encoded(url, ":/?#[]@&+=%");
}

std::string id_in_url(std::string_view id) {
  return percent_encoded(id, ":");
}

}  // namespace ringdex::text

#include "sync/url_encoding.h"

#include <algorithm>

namespace ringdex::sync {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::string url_encoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if (is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4U];
      result += kHex[byte & 0x0FU];
    }
  }
  return result;
}

bool is_api_address(std::string_view url) {
  constexpr std::size_t kBytesMax = 255;
  const bool tls = url.starts_with("https://");
  if ((!tls && !url.starts_with("http://")) || url.size() > kBytesMax) return false;
  url.remove_prefix(tls ? 8 : 7);
  const auto colon = url.find(':');
  const auto host = url.substr(0, colon);
  const auto port = colon == std::string_view::npos ? std::string_view("443") : url.substr(colon + 1);
  const auto plain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (host.empty() || !std::ranges::all_of(host, plain)) return false;
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, digit)) return false;
  return tls || host == "localhost" || host == "127.0.0.1";
}

}  // namespace ringdex::sync

#include "sync/http/api_address.h"

#include <algorithm>

#include "telephony/text/plain_text.h"

namespace ringdex::sync {

bool is_api_address(std::string_view url) {
  constexpr std::size_t kBytesMax = 255;
  const bool tls = url.starts_with("https://");
  if ((!tls && !url.starts_with("http://")) || url.size() > kBytesMax) return false;
  url.remove_prefix(tls ? 8 : 7);
  const auto colon = url.find(':');
  const auto host = url.substr(0, colon);
  const auto port = colon == std::string_view::npos ? std::string_view("443") : url.substr(colon + 1);
  const auto plain = [](char c) {
    return text::is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  };
  if (host.empty() || !std::ranges::all_of(host, plain)) return false;
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, text::is_digit)) return false;
  return tls || host == "localhost" || host == "127.0.0.1";
}

}  // namespace ringdex::sync

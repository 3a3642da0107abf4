#include "server/safe_url.h"

namespace ringdex::server {

std::string percent_encoded(std::string_view text, std::string_view kept) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
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

std::string safe_url(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return {};
  return percent_encoded(url, ":/?#[]@&+=%");
}

std::string id_in_url(std::string_view id) {
  return percent_encoded(id, ":");
}

}  // namespace ringdex::server

#include "server/access/secret_text.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

#include "telephony/text/base64.h"

namespace ringdex::server {

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  return text::hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<std::string> random_hex(std::size_t bytes) {
  std::string random(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(bytes)) != 1) return std::nullopt;
  return text::hex(random);
}

}  // namespace ringdex::server

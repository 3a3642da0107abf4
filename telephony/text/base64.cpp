#include "telephony/text/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace ringdex::text {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

std::string base64_url(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  // OpenSSL passes over white space at both ends, takes padding anywhere, and counts it as zero bytes.
  const std::size_t padding = text.ends_with("==") ? 2 : (text.ends_with('=') ? 1 : 0);
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.substr(0, text.size() - padding).find_first_not_of(kBase64) != std::string_view::npos) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size())) < 0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  if (base64_encode(bytes) != text) return std::nullopt;  // stray bits
  return bytes;
}

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  std::size_t written = 0;
  OPENSSL_buf2hexstr_ex(text.data(), text.size(), &written, bytes_of(bytes), bytes.size(), '\0');
  text.pop_back();
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  if (text.size() % 2 != 0 || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  std::string bytes(text.size() / 2, '\0');
  std::size_t read = 0;
  // OpenSSL counts on an end by NUL.
  if (OPENSSL_hexstr2buf_ex(bytes_of(bytes), bytes.size(), &read, std::string(text).c_str(), '\0') != 1)
    return std::nullopt;
  return bytes;
}

}  // namespace ringdex::text

#include "config/secret.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace ringdex::config {
namespace {

using Result = std::expected<std::string, std::string>;

Result failed(std::string message) {
  return std::unexpected(std::move(message));
}

Result checked(std::string secret, const std::string& origin) {
  if (secret.empty()) return failed(fmt::format("{} is empty", origin));
  // A line end or another control character can stand in no header and no signature key that a person typed.
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(secret.begin(), secret.end(), is_control)) {
    return failed(fmt::format("{} holds a control character", origin));
  }
  return secret;
}

Result from_file(const std::string& path, const SecretPlaces& places) {
  const auto full = std::filesystem::path(places.folder) / path;
  const auto origin = fmt::format("the file {}", full.string());
  std::error_code error;
  if (!std::filesystem::is_regular_file(full, error)) return failed(origin + " is missing or no regular file");
  std::ifstream in(full, std::ios::binary);
  if (!in) return failed(origin + " is not readable");
  std::string secret(kSecretBytesMax + 1, '\0');
  in.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (in.bad()) return failed(origin + " is not readable");
  secret.resize(static_cast<std::size_t>(in.gcount()));
  if (secret.size() > kSecretBytesMax)
    return failed(fmt::format("{} is larger than {} bytes", origin, kSecretBytesMax));
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  return checked(std::move(secret), origin);
}

}  // namespace

Result read_secret(text::JsonView value, const SecretPlaces& places) {
  if (const auto secret = value.text()) return checked(std::string(*secret), "the secret");
  if (value.is_object() && value.size() == 1) {
    const auto [key, pointed] = value.members().front();
    if (const std::string name = pointed.text_or_empty(); pointed.is_text() && key == "env") {
      const auto variable = places.environment.find(name);
      const auto origin = fmt::format("the environment variable {}", name);
      if (variable == places.environment.end()) return failed(origin + " is not set");
      return checked(variable->second, origin);
    } else if (pointed.is_text() && key == "file") {
      return from_file(name, places);
    }
  }
  return failed("must be a text, {\"env\": \"NAME\"} or {\"file\": \"path\"}");
}

}  // namespace ringdex::config

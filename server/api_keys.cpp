#include "server/api_keys.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <nlohmann/json.hpp>

#include "server/hex_text.h"
#include "server/private_file.h"

namespace ringdex::server {
namespace {

using nlohmann::json;

constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;

}  // namespace

std::optional<Scope> scope_from(std::string_view name) {
  if (name == "lookup") return Scope::lookup;
  if (name == "agent") return Scope::agent;
  if (name == "admin") return Scope::admin;
  if (name == "metrics") return Scope::metrics;
  return std::nullopt;
}

ApiKeys::ApiKeys(std::string path) : path_(std::move(path)) {}

std::expected<void, std::string> ApiKeys::load() {
  std::map<std::string, ApiKey> fresh;
  const auto text = read_private_file(path_);
  if (!text) return std::unexpected(text.error());
  if (!text->empty()) {
    const json in = json::parse(*text, nullptr, false);
    if (!in.is_array()) return std::unexpected(fmt::format("{} is not a list of keys", path_));
    try {
      for (const json& entry : in) {
        ApiKey key{entry.at("id"),   entry.at("account"),       entry.at("scopes"),
                   entry.at("note"), entry.at("secret_sha256"), entry.at("created_at")};
        fresh.emplace(key.id, std::move(key));
      }
    } catch (const json::exception& error) {
      return std::unexpected(fmt::format("{} holds a broken key: {}", path_, error.what()));
    }
  }
  const std::lock_guard lock(mutex_);
  keys_.swap(fresh);
  return {};
}

bool ApiKeys::empty() const {
  const std::lock_guard lock(mutex_);
  return keys_.empty();
}

bool ApiKeys::still_lets_in(const std::string& key_id) const {
  const std::lock_guard lock(mutex_);
  return key_id.empty() ? keys_.empty() : keys_.contains(key_id);
}

std::optional<Principal> ApiKeys::check(std::string_view text) const {
  constexpr std::string_view kPrefix = "rdx_";
  if (text.size() > 256 || !text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const std::size_t end = text.find('_');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string given = sha256_hex(text.substr(end + 1));
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(std::string(text.substr(0, end)));
  const std::string& expected = found == keys_.end() ? given : found->second.secret_sha256;
  const bool same = expected.size() == given.size() && CRYPTO_memcmp(expected.data(), given.data(), given.size()) == 0;
  if (!same || found == keys_.end()) return std::nullopt;
  Principal principal{found->second.account, 0, found->second.id};
  for (const std::string& name : found->second.scopes) {
    if (const auto scope = scope_from(name)) principal.scopes |= static_cast<unsigned>(*scope);
  }
  return principal;
}

std::vector<ApiKey> ApiKeys::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<ApiKey> all;
  for (const auto& [id, key] : keys_) all.push_back(key);
  return all;
}

std::expected<std::string, std::string> ApiKeys::create(const std::string& account,
                                                        const std::vector<std::string>& scopes, const std::string& note,
                                                        std::int64_t now) {
  for (const std::string& scope : scopes) {
    if (!scope_from(scope)) {
      return std::unexpected(fmt::format("no scope '{}'; there are lookup, agent, admin, metrics", scope));
    }
  }
  const auto id = random_hex(kIdBytes);
  const auto secret = random_hex(kSecretBytes);
  if (!id || !secret) return std::unexpected("no random bytes to be had from OpenSSL");
  const std::lock_guard lock(mutex_);
  auto keys = keys_;
  keys.emplace(*id, ApiKey{*id, account, scopes, note, sha256_hex(*secret), now});
  if (auto saved = save(keys); !saved) return std::unexpected(saved.error());
  keys_ = std::move(keys);
  return fmt::format("rdx_{}_{}", *id, *secret);
}

std::expected<bool, std::string> ApiKeys::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto keys = keys_;
  if (keys.erase(id) == 0) return false;
  if (auto saved = save(keys); !saved) return std::unexpected(saved.error());
  keys_ = std::move(keys);
  return true;
}

std::expected<void, std::string> ApiKeys::save(const std::map<std::string, ApiKey>& keys) const {
  json out = json::array();
  for (const auto& [id, key] : keys) {
    out.push_back({{"id", key.id},
                   {"account", key.account},
                   {"scopes", key.scopes},
                   {"note", key.note},
                   {"secret_sha256", key.secret_sha256},
                   {"created_at", key.created_at}});
  }
  const std::string text = out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  return write_private_file(path_, text);
}

}  // namespace ringdex::server

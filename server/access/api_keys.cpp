#include "server/access/api_keys.h"

#include <fmt/core.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "index/records/stored_json.h"
#include "server/access/secret_text.h"
#include "server/system/private_file.h"
#include "telephony/text/json_layout.h"

namespace ringdex::server {
namespace {

constexpr std::string_view kPrefix = "rdx_";
constexpr std::size_t kTextMax = 256;
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;

struct FreshKey {
  ApiKey key;
  std::string text;
};

std::expected<FreshKey, KeyError> make_key(const std::string& account, const std::vector<std::string>& scopes,
                                           const std::string& note, std::int64_t now) {
  for (const std::string& scope : scopes) {
    if (scope_from(scope)) continue;
    return std::unexpected(KeyError{KeyError::Kind::unknown_scope,
                                    fmt::format("no scope '{}'; there are lookup, agent, admin, metrics", scope)});
  }
  const auto id = random_hex(kIdBytes);
  const auto secret = random_hex(kSecretBytes);
  if (!id || !secret) {
    return std::unexpected(KeyError{KeyError::Kind::store, "no random bytes to be had from OpenSSL"});
  }
  return FreshKey{{*id, account, scopes, note, sha256_hex(*secret), now},
                  fmt::format("{}{}_{}", kPrefix, *id, *secret)};
}

bool is_admin(const ApiKey& key) {
  return std::ranges::find(key.scopes, "admin") != key.scopes.end();
}

// The file may have changed since the asker was let in.
std::expected<void, KeyError> check_asker(const std::map<std::string, ApiKey>& keys, const Principal& asker) {
  if (asker.key_id.empty() ? keys.empty() : keys.contains(asker.key_id)) return {};
  return std::unexpected(KeyError{KeyError::Kind::asker_gone, "the keys have changed; sign in again"});
}

}  // namespace

ApiKeys::ApiKeys(std::string path) : path_(std::move(path)) {}

std::expected<ApiKeys::Keys, std::string> ApiKeys::read() const {
  Keys keys;
  const auto text = read_private_file(path_);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return keys;
  const auto in = text::JsonDocument::parse(*text);
  if (!in || !in->root().is_list()) return std::unexpected(fmt::format("{} is not a list of keys", path_));
  for (const text::JsonView value : in->root()) {
    bool good = true;
    const index::StoredObject entry(value, good);
    ApiKey key{entry.text("id"),   entry.text("account"),       entry.texts("scopes"),
               entry.text("note"), entry.text("secret_sha256"), entry.integer("created_at")};
    if (!good) {
      return std::unexpected(fmt::format("{} holds a broken key: a member of number {} is missing or of another type",
                                         path_, keys.size() + 1));
    }
    keys.emplace(key.id, std::move(key));
  }
  return keys;
}

std::expected<void, std::string> ApiKeys::load() {
  const std::lock_guard file_lock(file_mutex_);
  auto fresh = read();
  if (!fresh) return std::unexpected(fresh.error());
  const std::lock_guard lock(mutex_);
  keys_.swap(*fresh);
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
  const std::string_view id = id_of(text);
  if (id.data() == nullptr) return std::nullopt;
  const std::string given = sha256_hex(text.substr(kPrefix.size() + id.size() + 1));
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(std::string(id));
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

std::string_view ApiKeys::id_of(std::string_view text) {
  if (text.size() > kTextMax || !text.starts_with(kPrefix)) return {};
  text.remove_prefix(kPrefix.size());
  const std::size_t end = text.find('_');
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

std::expected<void, KeyError> ApiKeys::change(const Edit& edit) {
  const std::lock_guard file_lock(file_mutex_);
  const auto failed = [](std::string message) {
    return std::unexpected(KeyError{KeyError::Kind::store, std::move(message)});
  };
  const auto alone = PrivateFileLock::take(path_);
  if (!alone) return failed(alone.error());
  auto keys = read();
  if (!keys) return failed(keys.error());
  if (auto edited = edit(*keys); !edited) return edited;
  if (auto saved = save(*keys); !saved) return failed(saved.error());
  const std::lock_guard lock(mutex_);
  keys_ = std::move(*keys);
  return {};
}

std::expected<std::string, std::string> ApiKeys::create(const std::string& account,
                                                        const std::vector<std::string>& scopes, const std::string& note,
                                                        std::int64_t now) {
  auto fresh = make_key(account, scopes, note, now);
  if (!fresh) return std::unexpected(fresh.error().message);
  const auto done = change([&](Keys& keys) -> std::expected<void, KeyError> {
    keys.emplace(fresh->key.id, fresh->key);
    return {};
  });
  if (!done) return std::unexpected(done.error().message);
  return std::move(fresh->text);
}

std::expected<bool, std::string> ApiKeys::remove(const std::string& id) {
  const auto done = change([&](Keys& keys) -> std::expected<void, KeyError> {
    if (keys.erase(id) == 0) return std::unexpected(KeyError{KeyError::Kind::unknown_key, ""});
    return {};
  });
  if (!done && done.error().kind != KeyError::Kind::unknown_key) return std::unexpected(done.error().message);
  return done.has_value();
}

std::expected<std::string, KeyError> ApiKeys::create_by(const Principal& asker, const std::vector<std::string>& scopes,
                                                        const std::string& note, std::int64_t now) {
  auto fresh = make_key(asker.account, scopes, note, now);
  if (!fresh) return std::unexpected(fresh.error());
  const auto done = change([&](Keys& keys) -> std::expected<void, KeyError> {
    if (auto there = check_asker(keys, asker); !there) return there;
    if (keys.empty() && !is_admin(fresh->key)) {
      return std::unexpected(KeyError{
          KeyError::Kind::first_needs_admin,
          "with the first key every request needs one, so it must have the scope admin, which makes all others"});
    }
    keys.emplace(fresh->key.id, fresh->key);
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return std::move(fresh->text);
}

std::expected<void, KeyError> ApiKeys::remove_by(const Principal& asker, const std::string& id) {
  return change([&](Keys& keys) -> std::expected<void, KeyError> {
    if (auto there = check_asker(keys, asker); !there) return there;
    const auto found = keys.find(id);
    if (found == keys.end() || found->second.account != asker.account) {
      return std::unexpected(KeyError{KeyError::Kind::unknown_key, fmt::format("no key '{}'", id)});
    }
    const bool was_admin = is_admin(found->second);
    keys.erase(found);
    if (keys.empty()) {
      return std::unexpected(
          KeyError{KeyError::Kind::last_key,
                   "this is the server's last key, and without any, whatever runs on its machine is let in; remove it "
                   "there, with 'ringdex key remove'"});
    }
    const auto is_of_account = [&](const auto& entry) { return entry.second.account == asker.account; };
    const bool keeps_admin =
        std::ranges::any_of(keys, [&](const auto& entry) { return is_of_account(entry) && is_admin(entry.second); });
    if (was_admin && !keeps_admin && std::ranges::any_of(keys, is_of_account)) {
      return std::unexpected(
          KeyError{KeyError::Kind::last_admin,
                   "no other key of the account has the scope admin, so nobody could make keys any more; make another "
                   "admin key first, or remove the account's other keys before this one"});
    }
    return {};
  });
}

std::expected<void, std::string> ApiKeys::save(const std::map<std::string, ApiKey>& keys) const {
  std::string json;
  text::JsonWriter out(json);
  out.open('[');
  for (const auto& [id, key] : keys) {
    out.open('{').member("account", key.account).member("created_at", key.created_at).member("id", key.id);
    out.member("note", key.note).member("scopes", std::span(key.scopes));
    out.member("secret_sha256", key.secret_sha256).close('}');
  }
  out.close(']');
  return write_private_file(path_, text::indented(json, 2) + "\n");
}

}  // namespace ringdex::server

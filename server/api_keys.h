#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http_message.h"

namespace ringdex::server {

// One key as it is stored: never the secret, only its SHA-256.
struct ApiKey {
  std::string id;
  std::string account;
  std::vector<std::string> scopes;  // lookup, agent, admin, metrics
  std::string note;
  std::string secret_sha256;    // hex
  std::int64_t created_at = 0;  // seconds since 1970
};

std::optional<Scope> scope_from(std::string_view name);

// The keys in one file of the data folder, which the command line edits and the server reads. A key's text is
// `rdx_<id>_<secret>`; its secret has 256 random bits, so an unsalted hash is enough. Any thread may call.
class ApiKeys {
 public:
  explicit ApiKeys(std::string path);

  // Reads the file again; a missing file is no keys. An error keeps what was known.
  std::expected<void, std::string> load();
  bool empty() const;
  // Compares in constant time.
  std::optional<Principal> check(std::string_view text) const;
  // Whether one that was let in, with its key's id or without keys, would be still.
  bool still_lets_in(const std::string& key_id) const;

  std::vector<ApiKey> list() const;
  // The key's text, which is shown once and stored nowhere.
  std::expected<std::string, std::string> create(const std::string& account, const std::vector<std::string>& scopes,
                                                 const std::string& note, std::int64_t now);
  std::expected<bool, std::string> remove(const std::string& id);

 private:
  std::expected<void, std::string> save(const std::map<std::string, ApiKey>& keys) const;

  const std::string path_;
  mutable std::mutex mutex_;
  std::map<std::string, ApiKey> keys_;  // by id
};

}  // namespace ringdex::server

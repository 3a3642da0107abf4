#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/principal.h"

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

struct KeyError {
  enum class Kind { store, unknown_scope, unknown_key, asker_gone, first_needs_admin, last_admin, last_key };
  Kind kind;
  std::string message;
};

// The keys in one file of the data folder, which the command line and the server read and edit, each change on what the
// file holds at that moment. A key's text is `rdx_<id>_<secret>`; its secret has 256 random bits, so an unsalted hash
// is enough. Any thread may call.
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
  // The id in a key's text; empty: it is none.
  static std::string_view id_of(std::string_view text);

  // The key's text, which is shown once and stored nowhere.
  std::expected<std::string, std::string> create(const std::string& account, const std::vector<std::string>& scopes,
                                                 const std::string& note, std::int64_t now);
  std::expected<bool, std::string> remove(const std::string& id);

  // The same for somebody who was let in over the network, of whose account the key is. Refused is what would leave
  // nobody who could go on so: a first key without the scope admin, and the removal of an account's last admin while
  // it has other keys. Nor is the server's last key removed, which would let in all of its machine.
  std::expected<std::string, KeyError> create_by(const Principal& asker, const std::vector<std::string>& scopes,
                                                 const std::string& note, std::int64_t now);
  std::expected<void, KeyError> remove_by(const Principal& asker, const std::string& id);

 private:
  using Keys = std::map<std::string, ApiKey>;  // by id
  using Edit = std::function<std::expected<void, KeyError>(Keys&)>;
  std::expected<Keys, std::string> read() const;
  std::expected<void, std::string> save(const Keys& keys) const;
  // After an error everything is as it was.
  std::expected<void, KeyError> change(const Edit& edit);

  const std::string path_;
  std::mutex file_mutex_;  // held while the file is read or written, which no check waits for
  mutable std::mutex mutex_;
  Keys keys_;  // under `mutex_`
};

}  // namespace ringdex::server

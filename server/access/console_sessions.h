#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "index/records/record.h"
#include "server/access/principal.h"
#include "server/access/session_cookie.h"
#include "server/system/clock.h"

namespace ringdex::server {

// One browser that is signed in to the console.
struct ConsoleSession {
  std::string id;  // the SHA-256 of its token, as hex
  std::string account;
  unsigned scopes = 0;
  std::string key_id;  // with which it signed in; empty: without keys, from this machine
  std::string agent;   // whose calls it shows; empty: all of the account
  index::TimePoint expires_at{};
  bool operator==(const ConsoleSession&) const = default;
};

// Who is signed in to the console, in one file of the data folder, so that a restart signs nobody out; and the one-time
// codes of sign-in links, in memory. Tokens and codes have 256 random bits and are kept as hashes only. That a session
// ends with its key is the HttpRouter's to see. Any thread may call.
class ConsoleSessions {
 public:
  static constexpr std::chrono::days kLifetime{7};
  static constexpr std::chrono::hours kCodeLifetime{1};
  // Of one account; then the one that ends first gives way.
  static constexpr std::size_t kSessionsMax = 2'000;
  static constexpr std::size_t kCodesMax = 1'000;

  ConsoleSessions(std::string path, SessionCookie cookie, Clock clock);

  // A missing file is no sessions. A broken one is an error and counts as none; the next sign-in writes it anew.
  std::expected<void, std::string> load();
  const SessionCookie& cookie() const { return cookie_; }

  struct Opened {
    std::string token;  // for the cookie
    ConsoleSession session;
  };
  // Durable when it returns. `replaced` is the token of the session that the browser had before, if any: it ends.
  std::expected<Opened, std::string> open(const Principal& principal, const std::string& agent,
                                          std::string_view replaced = {});
  // nullopt if there is none, or it has ended.
  std::optional<ConsoleSession> find(std::string_view token) const;
  bool holds(const std::string& id) const;
  // False if there was none.
  std::expected<bool, std::string> close(std::string_view token);

  struct Code {
    std::string text;
    index::TimePoint expires_at;
  };
  // For a link with which that agent signs in once, to the account of who makes it, as an agent only.
  std::expected<Code, std::string> make_code(const Principal& maker, const std::string& agent);
  struct Redeemed {
    Principal principal;
    std::string agent;
  };
  // nullopt if it is no code of this server, used already, or too old.
  std::optional<Redeemed> redeem(std::string_view code);

 private:
  struct Waiting {
    Redeemed redeemed;
    index::TimePoint expires_at;
  };
  using Sessions = std::map<std::string, ConsoleSession>;  // by id
  // What `edit` makes of the sessions, stored and then in force.
  std::expected<void, std::string> change(const std::function<void(Sessions& sessions)>& edit);
  std::expected<void, std::string> save(const Sessions& sessions) const;

  const std::string path_;
  const SessionCookie cookie_;
  const Clock clock_;
  std::mutex file_mutex_;  // of one change from its reading to its storing; no request waits for it to be let in
  mutable std::mutex mutex_;
  // Under mutex_.
  Sessions sessions_;
  std::map<std::string, Waiting> codes_;  // by the SHA-256 of their text
};

}  // namespace ringdex::server

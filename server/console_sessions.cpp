#include "server/console_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/hex_text.h"
#include "server/private_file.h"

namespace ringdex::server {
namespace {

using nlohmann::json;

constexpr std::size_t kTokenBytes = 32;

// What has ended, and of the rest those that end first, until there is room for one more.
template <typename Entry>
void make_room(std::map<std::string, Entry>& entries, std::size_t entries_max, index::TimePoint now) {
  std::erase_if(entries, [now](const auto& entry) { return entry.second.expires_at <= now; });
  while (entries.size() >= entries_max) {
    entries.erase(std::ranges::min_element(entries, {}, [](const auto& entry) { return entry.second.expires_at; }));
  }
}

std::unexpected<std::string> no_random_bytes() {
  return std::unexpected(std::string("no random bytes to be had from OpenSSL"));
}

}  // namespace

ConsoleSessions::ConsoleSessions(std::string path, SessionCookie cookie, Clock clock)
    : path_(std::move(path)), cookie_(cookie), clock_(std::move(clock)) {}

std::expected<void, std::string> ConsoleSessions::load() {
  const auto text = read_private_file(path_);
  if (!text) return std::unexpected(text.error());
  std::map<std::string, ConsoleSession> fresh;
  if (!text->empty()) {
    const json in = json::parse(*text, nullptr, false);
    if (!in.is_array()) return std::unexpected(fmt::format("{} is not a list of sessions; remove it", path_));
    try {
      for (const json& entry : in) {
        ConsoleSession session{entry.at("id"),
                               entry.at("account"),
                               entry.at("scopes"),
                               entry.at("key_id"),
                               entry.at("agent"),
                               index::TimePoint(std::chrono::milliseconds(entry.at("expires_at").get<std::int64_t>()))};
        fresh.emplace(session.id, std::move(session));
      }
    } catch (const json::exception& error) {
      return std::unexpected(fmt::format("{} holds a broken session: {}; remove it", path_, error.what()));
    }
  }
  const std::lock_guard lock(mutex_);
  sessions_.swap(fresh);
  return {};
}

std::expected<ConsoleSessions::Opened, std::string> ConsoleSessions::open(const Principal& principal,
                                                                          const std::string& agent) {
  auto token = random_hex(kTokenBytes);
  if (!token) return no_random_bytes();
  const index::TimePoint now = clock_();
  ConsoleSession session{sha256_hex(*token), principal.account, principal.scopes, principal.key_id, agent,
                         now + kLifetime};
  const std::lock_guard lock(mutex_);
  auto sessions = sessions_;
  make_room(sessions, kSessionsMax, now);
  sessions.emplace(session.id, session);
  if (auto saved = save(sessions); !saved) return std::unexpected(saved.error());
  sessions_ = std::move(sessions);
  return Opened{*std::move(token), std::move(session)};
}

std::optional<ConsoleSession> ConsoleSessions::find(std::string_view token) const {
  if (token.size() != 2 * kTokenBytes) return std::nullopt;
  const std::string id = sha256_hex(token);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.expires_at <= clock_()) return std::nullopt;
  return found->second;
}

bool ConsoleSessions::holds(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  return found != sessions_.end() && found->second.expires_at > clock_();
}

std::expected<bool, std::string> ConsoleSessions::close(std::string_view token) {
  const std::string id = sha256_hex(token);
  const std::lock_guard lock(mutex_);
  auto sessions = sessions_;
  if (sessions.erase(id) == 0) return false;
  // Signed out at once, whatever becomes of the file.
  sessions_ = sessions;
  if (auto saved = save(sessions); !saved) return std::unexpected(saved.error());
  return true;
}

std::expected<ConsoleSessions::Code, std::string> ConsoleSessions::make_code(const Principal& maker,
                                                                             const std::string& agent) {
  auto text = random_hex(kTokenBytes);
  if (!text) return no_random_bytes();
  const index::TimePoint now = clock_();
  Principal principal{maker.account, static_cast<unsigned>(Scope::agent), maker.key_id, {}};
  const std::lock_guard lock(mutex_);
  make_room(codes_, kCodesMax, now);
  codes_.emplace(sha256_hex(*text), Waiting{{std::move(principal), agent}, now + kCodeLifetime});
  return Code{*std::move(text), now + kCodeLifetime};
}

std::optional<ConsoleSessions::Redeemed> ConsoleSessions::redeem(std::string_view code) {
  const std::string id = sha256_hex(code);
  const std::lock_guard lock(mutex_);
  const auto found = codes_.extract(id);
  if (found.empty() || found.mapped().expires_at <= clock_()) return std::nullopt;
  return std::move(found.mapped().redeemed);
}

std::expected<void, std::string> ConsoleSessions::save(const std::map<std::string, ConsoleSession>& sessions) const {
  json out = json::array();
  for (const auto& [id, session] : sessions) {
    out.push_back({{"id", session.id},
                   {"account", session.account},
                   {"scopes", session.scopes},
                   {"key_id", session.key_id},
                   {"agent", session.agent},
                   {"expires_at", session.expires_at.time_since_epoch().count()}});
  }
  return write_private_file(path_, out.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace ringdex::server

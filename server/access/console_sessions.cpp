#include "server/access/console_sessions.h"

#include <fmt/core.h>

#include <functional>
#include <utility>

#include "index/records/stored_json.h"
#include "server/access/secret_text.h"
#include "server/system/private_file.h"
#include "telephony/text/json_layout.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kTokenBytes = 32;

// Forgets what has ended, and of the account's others the one that ends first, if there is no room for one more.
template <typename Entry, typename AccountOf>
void make_room(std::map<std::string, Entry>& entries, AccountOf account_of, const std::string& account,
               std::size_t entries_max, index::TimePoint now) {
  std::erase_if(entries, [now](const auto& entry) { return entry.second.expires_at <= now; });
  std::size_t of_account = 0;
  auto first = entries.end();
  for (auto it = entries.begin(); it != entries.end(); ++it) {
    if (std::invoke(account_of, it->second) != account) continue;
    ++of_account;
    if (first == entries.end() || it->second.expires_at < first->second.expires_at) first = it;
  }
  if (of_account >= entries_max) entries.erase(first);
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
    const auto in = text::JsonDocument::parse(*text);
    if (!in || !in->root().is_list()) return std::unexpected(fmt::format("{} is not a list of sessions", path_));
    for (const text::JsonView value : in->root()) {
      bool good = true;
      const index::StoredObject entry(value, good);
      ConsoleSession session{
          entry.text("id"),     entry.text("account"), static_cast<unsigned>(entry.natural("scopes")),
          entry.text("key_id"), entry.text("agent"),   entry.time("expires_at")};
      if (!good) {
        return std::unexpected(fmt::format(
            "{} holds a broken session: a member of number {} is missing or of another type", path_, fresh.size() + 1));
      }
      fresh.emplace(session.id, std::move(session));
    }
  }
  const std::lock_guard lock(mutex_);
  sessions_.swap(fresh);
  return {};
}

std::expected<void, std::string> ConsoleSessions::change(const std::function<void(Sessions& sessions)>& edit) {
  const std::lock_guard one_change(file_mutex_);
  Sessions sessions;
  {
    const std::lock_guard lock(mutex_);
    sessions = sessions_;
  }
  edit(sessions);
  if (auto saved = save(sessions); !saved) return saved;
  const std::lock_guard lock(mutex_);
  sessions_.swap(sessions);
  return {};
}

std::expected<ConsoleSessions::Opened, std::string> ConsoleSessions::open(const Principal& principal,
                                                                          const std::string& agent,
                                                                          std::string_view replaced) {
  auto token = random_hex(kTokenBytes);
  if (!token) return no_random_bytes();
  const index::TimePoint now = clock_();
  ConsoleSession session{sha256_hex(*token), principal.account, principal.scopes, principal.key_id, agent,
                         now + kLifetime};
  const auto stored = change([&](Sessions& sessions) {
    sessions.erase(sha256_hex(replaced));
    make_room(sessions, &ConsoleSession::account, session.account, kSessionsMax, now);
    sessions.emplace(session.id, session);
  });
  if (!stored) return std::unexpected(stored.error());
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
  const std::lock_guard one_change(file_mutex_);
  Sessions left;
  {
    // Signed out at once, whatever becomes of the file.
    const std::lock_guard lock(mutex_);
    if (sessions_.erase(sha256_hex(token)) == 0) return false;
    left = sessions_;
  }
  if (auto saved = save(left); !saved) return std::unexpected(saved.error());
  return true;
}

std::expected<ConsoleSessions::Code, std::string> ConsoleSessions::make_code(const Principal& maker,
                                                                             const std::string& agent) {
  auto text = random_hex(kTokenBytes);
  if (!text) return no_random_bytes();
  const index::TimePoint now = clock_();
  Principal principal{maker.account, static_cast<unsigned>(Scope::agent), maker.key_id, {}};
  const std::lock_guard lock(mutex_);
  make_room(
      codes_, [](const Waiting& one) -> const std::string& { return one.redeemed.principal.account; }, maker.account,
      kCodesMax, now);
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

std::expected<void, std::string> ConsoleSessions::save(const Sessions& sessions) const {
  std::string json;
  text::JsonWriter out(json);
  out.open('[');
  for (const auto& [id, session] : sessions) {
    out.open('{').member("account", session.account).member("agent", session.agent);
    out.member("expires_at", index::stored_time(session.expires_at)).member("id", session.id);
    out.member("key_id", session.key_id).member("scopes", session.scopes).close('}');
  }
  out.close(']');
  return write_private_file(path_, text::indented(json, 1) + "\n");
}

}  // namespace ringdex::server

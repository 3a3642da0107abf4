#include "server/calls/call_book.h"

#include <utility>

#include "server/calls/call_json.h"

namespace ringdex::server {

using index::Call;
using index::CallEvent;
using index::IndexError;
using index::JournalEntry;

namespace {

CallEvent event_of(const Call& call, std::string type, std::vector<std::string> agents, index::TimePoint now) {
  if (agents.empty()) agents = call.agents;
  return {.number = 0, .at = now, .type = std::move(type), .agents = std::move(agents), .data = event_json(call)};
}

}  // namespace

CallBook::CallBook(index::Journal& journal, RememberedPicks& picks, Tell tell)
    : journal_(journal), picks_(picks), tell_(std::move(tell)) {}

std::expected<void, IndexError> CallBook::load() {
  return journal_.visit_picks([this](const std::string& account, telephony::PhoneNumber number,
                                     index::NumberPicks picks) { picks_.set(account, number, std::move(picks)); });
}

std::expected<CallBook::Opened, IndexError> CallBook::open(Call call) {
  // Before the lock, which all other rings wait for.
  CallEvent event = event_of(call, "ringing", {}, call.started_at);
  const JournalEntry entry(call, event);
  const std::lock_guard lock(mutex_);
  auto known = journal_.get(call.account, call.id);
  if (!known) return std::unexpected(known.error());
  if (*known) return Opened{**std::move(known), false};
  if (auto written = write(call, entry, std::move(event), std::nullopt); !written) {
    return std::unexpected(written.error());
  }
  return Opened{std::move(call), true};
}

std::expected<std::optional<Call>, IndexError> CallBook::change(const std::string& account, const std::string& id,
                                                                index::TimePoint now,
                                                                const std::function<Edit(Call& call)>& edit) {
  const std::lock_guard lock(mutex_);
  auto known = journal_.get(account, id);
  if (!known || !*known) return known;
  Edit edited = edit(**known);
  if (edited.type.empty()) return known;
  const Call& call = **known;
  CallEvent event = event_of(call, std::move(edited.type), std::move(edited.agents), now);
  const JournalEntry entry(call, event, edited.number_picks);
  if (auto written = write(call, entry, std::move(event), std::move(edited.number_picks)); !written) {
    return std::unexpected(written.error());
  }
  return known;
}

std::expected<void, IndexError> CallBook::write(const Call& call, const JournalEntry& entry, CallEvent event,
                                                std::optional<index::NumberPicks> number_picks) {
  const auto number = journal_.write(entry);
  if (!number) return std::unexpected(number.error());
  if (number_picks && call.number) picks_.set(call.account, *call.number, *std::move(number_picks));
  event.number = *number;
  tell_(call.account, event);
  return {};
}

}  // namespace ringdex::server

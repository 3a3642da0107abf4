#include "server/call_book.h"

#include <utility>

#include "server/call_json.h"

namespace ringdex::server {

using index::Call;
using index::IndexError;

CallBook::CallBook(index::Journal& journal, RememberedPicks& picks, Tell tell)
    : journal_(journal), picks_(picks), tell_(std::move(tell)) {}

std::expected<void, IndexError> CallBook::load() {
  return journal_.visit_picks([this](const std::string& account, telephony::PhoneNumber number,
                                     index::NumberPicks picks) { picks_.set(account, number, std::move(picks)); });
}

std::expected<CallBook::Opened, IndexError> CallBook::open(Call call) {
  const std::lock_guard lock(mutex_);
  auto known = journal_.get(call.account, call.id);
  if (!known) return std::unexpected(known.error());
  if (*known) return Opened{**std::move(known), false};
  if (auto written = write(call, {"ringing", {}, std::nullopt}, call.started_at); !written) {
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
  if (auto written = write(**known, std::move(edited), now); !written) return std::unexpected(written.error());
  return known;
}

std::expected<void, IndexError> CallBook::write(const Call& call, Edit edit, index::TimePoint now) {
  index::CallEvent event{.number = 0, .at = now, .type = std::move(edit.type), .agents = {}, .data = told_text(call)};
  event.agents = edit.agents.empty() ? call.agents : std::move(edit.agents);
  const auto number = journal_.write({call, event, edit.number_picks});
  if (!number) return std::unexpected(number.error());
  if (edit.number_picks && call.number) picks_.set(call.account, *call.number, *std::move(edit.number_picks));
  event.number = *number;
  tell_(call.account, event);
  return {};
}

}  // namespace ringdex::server

#pragma once

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "index/history/inbox.h"
#include "index/history/ledger.h"
#include "sync/mirror/syncer.h"
#include "tests/index/open_index.h"
#include "tests/support/fakes/fake_connector.h"

namespace ringdex::sync {

using index::at;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using tests::failure;
using tests::FakeConnector;
using tests::FakeSource;

// What differs between a source and its mirror, one line each; empty if nothing does.
inline std::string differences(const index::OpenIndex& open, const FakeSource& source,
                               const std::vector<std::string>& gone = {}, const std::string& account = "default") {
  std::string text;
  const auto alive = source.alive();
  const auto view = open.index->read();
  for (const auto& [external_id, record] : alive) {
    const auto got = view.get(account, record.id);
    const auto* known = got ? std::get_if<index::KnownRecord>(&*got) : nullptr;
    if (known == nullptr) {
      text += external_id + " is missing\n";
      continue;
    }
    index::Record expected = record;
    expected.first_indexed_at = known->record.first_indexed_at;
    if (known->record != expected) {
      text += external_id + " is \"" + known->record.name + "\" of \"" + known->record.organization + "\" version " +
              std::to_string(known->record.version) + " and not \"" + expected.name + "\" of \"" +
              expected.organization + "\" version " + std::to_string(expected.version) + "\n";
    }
  }
  for (const std::string& external_id : gone) {
    if (alive.contains(external_id)) continue;
    const auto got = view.get(account, source.contact(external_id));
    const auto* known = got ? std::get_if<index::KnownRecord>(&*got) : nullptr;
    if (known && known->record.id.external_id == external_id) text += external_id + " should be gone\n";
  }
  const auto state = view.source_state(account, "crm");
  if (!state || state->records != alive.size()) {
    text += std::to_string(state ? state->records : 0) + " records and not " + std::to_string(alive.size()) + "\n";
  }
  return text;
}

// One source's store on disk, and the steps of time that a test takes.
struct SyncScene {
  static constexpr TimePoint kStart{milliseconds(1'700'000'000'000)};

  index::OpenIndex open;
  FakeSource source;
  TimePoint now = kStart;
  std::optional<index::Ledger> ledger{std::in_place, *open.store};
  std::optional<index::Inbox> inbox{std::in_place, *open.store};

  void reopen() {
    ledger.reset();
    inbox.reset();
    open.reopen();
    ledger.emplace(*open.store);
    inbox.emplace(*open.store);
  }
};

}  // namespace ringdex::sync

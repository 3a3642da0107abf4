#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "sync/connector.h"
#include "tests/support/fakes/crm_kit.h"

namespace ringdex::sync {

// What an index would hold after the pages of one source: newer wins, tombstones stay, a listing sweeps.
struct PageMirror {
  std::map<index::RecordId, index::Record> records;
  std::map<index::RecordId, index::Deletion> tombstones;
  std::map<std::string, std::string> organizations;
  std::set<index::RecordId> listed;
  bool listing = false;
  int listings_ended = 0;
  std::uint64_t ignored = 0;

  void apply(const SourcePage& page) {
    if (page.begins_listing) {
      listing = true;
      listed.clear();
    }
    for (const auto& record : page.records) put(record);
    for (const auto& deletion : page.deletions) remove(deletion);
    for (const auto& rejected : page.rejected) {
      if (rejected.withdrawal) records.erase(rejected.withdrawal->id);
    }
    for (const auto& organization : page.organizations) organizations[organization.id] = organization.name;
    ignored += page.ignored;
    if (!page.ends_listing) return;
    REQUIRE(listing);
    listing = false;
    ++listings_ended;
    std::erase_if(records, [&](const auto& entry) { return !listed.contains(entry.first); });
  }

 private:
  void put(const index::Record& record) {
    listed.insert(record.id);
    const auto dead = tombstones.find(record.id);
    if (dead != tombstones.end() && dead->second.version >= record.version) return;
    const auto known = records.find(record.id);
    if (known == records.end() || known->second.version <= record.version) records[record.id] = record;
    tombstones.erase(record.id);
  }
  void remove(const index::Deletion& deletion) {
    const auto known = records.find(deletion.id);
    if (known != records.end() && known->second.version > deletion.version) return;
    records.erase(deletion.id);
    const auto [tombstone, is_first] = tombstones.try_emplace(deletion.id, deletion);
    if (is_first || tombstone->second.version > deletion.version) return;
    const auto survivor = tombstone->second.merged_into;
    tombstone->second = deletion;
    if (!tombstone->second.merged_into) tombstone->second.merged_into = survivor;
  }
};

// A connector that is asked for its pages on a clock that the test owns; where it must wait, the clock moves.
struct PagedConnector {
  test_support::KitClock clock;
  std::unique_ptr<Connector> connector;

  TimePoint now() const { return clock.now(); }
  void pass(std::chrono::milliseconds time) { clock.pass(time); }

  SourcePage page(const std::string& cursor) {
    for (int failures = 0;; ++failures) {
      auto result = connector->next_page(cursor, now());
      if (result) {
        if (result->more) REQUIRE(result->next_cursor != cursor);
        return *std::move(result);
      }
      CAPTURE(result.error().message);
      REQUIRE(failures < 200);
      REQUIRE(result.error().kind != FetchErrorKind::unauthorized);
      REQUIRE(result.error().kind != FetchErrorKind::cursor_expired);
      pass(result.error().wait.value_or(std::chrono::seconds(1)));
    }
  }
  // Pages until the source has nothing further. Returns how many there were.
  int run(std::string& cursor, PageMirror& mirror) {
    for (int pages = 1;; ++pages) {
      const auto next = page(cursor);
      mirror.apply(next);
      cursor = next.next_cursor;
      if (!next.more) return pages;
      REQUIRE(pages < 100'000);
    }
  }
};

}  // namespace ringdex::sync

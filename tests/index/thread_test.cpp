// Readers beside the one writer.

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

constexpr int kBatches = 250;
constexpr std::uint64_t kNumbers = 4;
constexpr std::uint64_t kRecords = 12;

std::string numbered(std::uint64_t which) {
  return "+1310867530" + std::to_string(which);
}

ChangeBatch random_batch(std::mt19937_64& chance, std::int64_t version) {
  ChangeBatch batch = OpenIndex::batch();
  for (int left = 0; left < 4; ++left) {
    const std::string id = std::to_string(chance() % kRecords);
    if (chance() % 3 == 0) {
      batch.deletions.push_back({contact(id), version, contact(std::to_string(chance() % kRecords))});
    } else {
      batch.upserts.push_back(person(id, "Person", version, {numbered(chance() % kNumbers)}));
    }
  }
  return batch;
}

// What a view contradicts itself in; empty if in nothing.
std::string contradiction(const IndexView& view) {
  std::uint64_t records = 0;
  for (std::uint64_t which = 0; which < kNumbers; ++which) {
    const auto wanted = number(numbered(which));
    const auto found = view.find("default", wanted, 100);
    if (!found) return found.error().message;
    if (found->total != found->cards.size()) return "total";
    records += found->total;
    for (const Card& card : found->cards) {
      const auto got = view.get("default", card.id());
      if (!got || !std::holds_alternative<KnownRecord>(*got)) return "a record that is found but not there";
      const Record& record = std::get<KnownRecord>(*got).record;
      if (record.phones.at(0).number != wanted) return "a record without the number";
      if (text_of(card_of(record, wanted)) != text_of(card)) return "a record in two shapes";
    }
  }
  const auto state = view.source_state("default", "crm");
  if (!state) return state.error().message;
  return state->records == records ? "" : "count of records";
}

}  // namespace

TEST_CASE("readers beside a writer see whole batches only, and never go back") {
  OpenIndex open;
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> written = 0;
  std::atomic<std::uint64_t> views = 0;
  std::string problems[2];
  std::vector<std::thread> readers;
  for (std::string& problem : problems) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!done && problem.empty()) {
        const std::uint64_t at_least = written;
        const IndexView view = open.index->read();
        problem = contradiction(view);
        if (view.position() < last) problem = "the position went back";
        if (view.position() < at_least) problem = "a finished write is not seen";
        last = view.position();
        ++views;
      }
    });
  }
  std::mt19937_64 chance(8);
  for (int version = 1; version <= kBatches || views < 20; ++version) {
    written = open.apply(random_batch(chance, version)).position;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  for (const std::string& problem : problems) CHECK(problem == "");
}

TEST_CASE("writers of several accounts and sources come one after the other") {
  OpenIndex open;
  std::vector<std::thread> writers;
  std::atomic<int> failed = 0;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      ChangeBatch batch = OpenIndex::batch();
      batch.account = writer == 0 ? "default" : "other";
      batch.source = "crm" + std::to_string(writer);
      for (int round = 0; round < 50; ++round) {
        batch.upserts = {person(contact(std::to_string(round), batch.source), "Person", 1, {numbered(0)})};
        if (!open.index->apply(batch, {}, at(round))) ++failed;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(failed == 0);
  CHECK(open.index->read().position() == 150);
  CHECK(open.total(numbered(0)) == 50);
  CHECK(open.total(numbered(0), "other") == 100);
}

}  // namespace ringdex::index

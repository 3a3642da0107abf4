// The number table against a plain map, beside readers, and at its limits.

#include "index/table/number_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

constexpr key::AccountNumber kAccount = 7;
constexpr std::uint64_t kSeed = 20261122;

telephony::PhoneNumber nth_number(std::uint64_t which) {
  return telephony::PhoneNumber::from_packed(13'102'000'000 + which);
}

Record bearer(std::uint64_t id, std::uint64_t name, const std::vector<std::uint64_t>& numbers) {
  Record record;
  record.id = {"crm", RecordKind::contact, std::to_string(id)};
  record.name = "Person " + std::to_string(name);
  record.url = "https://crm.example/" + record.id.external_id;
  record.first_indexed_at = at(static_cast<std::int64_t>(id % 5));
  for (const std::uint64_t number : numbers) {
    record.phones.push_back({nth_number(number).to_e164(), nth_number(number), number % 2 == 0 ? "mobile" : "", ""});
  }
  return record;
}

// What the table should hold.
using Model = std::map<std::uint64_t, Record>;

std::vector<std::string> expected(const Model& model, std::uint64_t number) {
  std::map<std::pair<TimePoint, RecordId>, std::string> ordered;
  for (const auto& [id, record] : model) {
    const bool bears =
        std::ranges::any_of(record.phones, [&](const auto& p) { return p.number == nth_number(number); });
    if (bears) ordered[{record.first_indexed_at, record.id}] = text_of(card_of(record, nth_number(number)));
  }
  std::vector<std::string> texts;
  for (const auto& [place, text] : ordered) texts.push_back(text);
  return texts;
}

struct Asked {
  bool answered = false;
  std::uint64_t total = 0;
  std::vector<std::string> texts;
};

Asked ask(const NumberTable& table, std::uint64_t number, std::uint64_t position, std::size_t cards_max = 1'000) {
  Asked asked;
  Cards cards;
  asked.answered = table.find(kAccount, nth_number(number), position, cards_max, cards, asked.total);
  for (const Card& card : cards) asked.texts.push_back(text_of(card));
  return asked;
}

}  // namespace

TEST_CASE("random changes leave the number table as a plain map says") {
  MESSAGE("seed ", kSeed);
  std::mt19937_64 chance(kSeed);
  ReadPins pins;
  NumberTable table(pins, 64 << 20, kSeed);
  table.complete();
  Model model;
  constexpr std::uint64_t kIds = 400;
  constexpr std::uint64_t kNumbers = 300;
  for (std::uint64_t position = 1; position <= 2'000; ++position) {
    table.begin(position);
    for (int change = 0; change < 5; ++change) {
      // Few numbers are held by many.
      const auto number = [&] { return chance() % 4 == 0 ? chance() % 3 : chance() % kNumbers; };
      const std::uint64_t id = chance() % kIds;
      const auto known = model.find(id);
      const Record before = known == model.end() ? Record{} : known->second;
      const Record* old = known == model.end() ? nullptr : &before;
      if (chance() % 3 == 0) {
        table.change(kAccount, old, nullptr);
        model.erase(id);
      } else {
        std::vector<std::uint64_t> numbers;
        for (std::uint64_t left = chance() % 4; left > 0; --left) numbers.push_back(number());
        const Record after = bearer(id, position, numbers);
        table.change(kAccount, old, &after);
        model[id] = after;
      }
    }
    table.finish();
    for (int asks = 0; asks < 20; ++asks) {
      const std::uint64_t number = chance() % (kNumbers + 10);
      const Asked asked = ask(table, number, position);
      REQUIRE(asked.answered);
      const auto texts = expected(model, number);
      REQUIRE(asked.texts == texts);
      REQUIRE(asked.total == texts.size());
    }
  }
  // All is found, and another account's numbers are not.
  for (std::uint64_t number = 0; number < kNumbers; ++number) {
    REQUIRE(ask(table, number, 2'000).texts == expected(model, number));
    Cards cards;
    std::uint64_t total = 0;
    CHECK(table.find(kAccount + 1, nth_number(number), 2'000, 10, cards, total));
    CHECK(total == 0);
  }
  pins.drain();
}

TEST_CASE("who reads at an earlier position is sent to the store for what changed since, and only for that") {
  ReadPins pins;
  NumberTable table(pins, 8 << 20, kSeed);
  CHECK_FALSE(ask(table, 1, 0).answered);  // still loading
  table.complete();
  const Record anna = bearer(1, 1, {1});
  table.begin(5);
  table.change(kAccount, nullptr, &anna);
  table.finish();
  CHECK(ask(table, 1, 5).total == 1);
  CHECK_FALSE(ask(table, 1, 4).answered);
  CHECK(ask(table, 2, 4).answered);
  table.begin(6);
  table.change(kAccount, &anna, nullptr);
  CHECK_FALSE(ask(table, 1, 5).answered);
  table.finish();
  CHECK(ask(table, 1, 6).total == 0);
  table.give_up();
  CHECK_FALSE(ask(table, 1, 6).answered);
  pins.drain();
}

TEST_CASE("what does not fit is left to the store, the rest is still answered") {
  ReadPins pins;
  NumberTable table(pins, 2 << 20, kSeed);
  table.complete();
  constexpr std::uint64_t kRecords = 40'000;
  for (std::uint64_t id = 0; id < kRecords; ++id) {
    table.begin(id + 1);
    const Record record = bearer(id, id, {id});
    table.change(kAccount, nullptr, &record);
    table.finish();
  }
  std::uint64_t answered = 0;
  for (std::uint64_t id = 0; id < kRecords; ++id) {
    const Asked asked = ask(table, id, kRecords);
    if (!asked.answered) continue;
    ++answered;
    REQUIRE(asked.texts.size() == 1);
  }
  CHECK(answered > 1'000);
  CHECK(answered < kRecords - 1'000);
  CHECK(table.bytes() < 8u << 20);
  // Nobody's number is still known to be so, and a number that was kept out stays so after its bearer is gone.
  CHECK(ask(table, kRecords + 5, kRecords).answered);
  const Record last = bearer(kRecords - 1, kRecords - 1, {kRecords - 1});
  table.begin(kRecords + 1);
  table.change(kAccount, &last, nullptr);
  table.finish();
  CHECK_FALSE(ask(table, kRecords - 1, kRecords + 1).answered);
  pins.drain();
}

TEST_CASE("memory that changes give back is used again") {
  ReadPins pins;
  NumberTable table(pins, 64 << 20, kSeed);
  table.complete();
  std::optional<Record> before;
  std::uint64_t position = 0;
  const auto churn = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      table.begin(++position);
      const Record after = bearer(1, position, {1, 2});
      table.change(kAccount, before ? &*before : nullptr, &after);
      before = after;
      table.finish();
    }
    return table.bytes();
  };
  const std::size_t first = churn(100);
  CHECK(churn(100'000) == first);
  // A number with more and more holders leaves a list of each length behind.
  for (std::uint64_t id = 10; id < 10'000; ++id) {
    table.begin(++position);
    const Record record = bearer(id, id, {3});
    table.change(kAccount, nullptr, &record);
    table.finish();
  }
  CHECK(ask(table, 3, position, 5).total == 9'990);
  CHECK(table.bytes() < first + (6u << 20));
  pins.drain();
}

TEST_CASE("two numbers of one record that the table cannot tell apart are left to the store") {
  ReadPins pins;
  NumberTable table(pins, 8 << 20, kSeed);
  table.complete();
  // What the table looks at: six bits for the shard, 32 for the tag.
  std::map<std::uint64_t, std::uint64_t> seen;
  std::uint64_t number = 0;
  std::uint64_t other = 0;
  for (;; ++number) {
    const std::uint64_t hash = NumberTable::hash(kAccount, nth_number(number).packed(), kSeed);
    const auto [at, fresh] = seen.emplace(hash >> 58 << 32 | (hash >> 20 & 0xffffffff), number);
    if (fresh) continue;
    other = at->second;
    break;
  }
  const Record both = bearer(1, 1, {number, other});
  const Record one = bearer(1, 2, {number});
  const Record stranger = bearer(2, 3, {other});
  table.begin(1);
  table.change(kAccount, nullptr, &both);
  table.finish();
  CHECK_FALSE(ask(table, number, 1).answered);
  CHECK_FALSE(ask(table, other, 1).answered);
  table.begin(2);
  table.change(kAccount, &both, &one);
  table.change(kAccount, nullptr, &stranger);
  table.finish();
  for (const std::uint64_t asked : {number, other}) {
    const Asked answer = ask(table, asked, 2);
    CHECK((!answer.answered || answer.texts.size() == 1));
  }
  // Of different records they are told apart by their cards.
  table.begin(3);
  table.change(kAccount, &one, nullptr);
  table.change(kAccount, &stranger, nullptr);
  table.finish();
  NumberTable fresh(pins, 8 << 20, kSeed);
  fresh.complete();
  fresh.begin(4);
  fresh.change(kAccount, nullptr, &one);
  fresh.change(kAccount, nullptr, &stranger);
  fresh.finish();
  CHECK(ask(fresh, number, 4).texts == std::vector{text_of(card_of(one, nth_number(number)))});
  CHECK(ask(fresh, other, 4).texts == std::vector{text_of(card_of(stranger, nth_number(other)))});
  pins.drain();
}

TEST_CASE("readers see whole cards while a writer replaces them") {
  ReadPins pins;
  NumberTable table(pins, 8 << 20, kSeed);
  table.complete();
  constexpr std::uint64_t kNumbers = 50;
  std::atomic<std::uint64_t> published = 0;
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> answers = 0;
  std::string problems[2];
  std::vector<std::thread> readers;
  for (std::string& problem : problems) {
    readers.emplace_back([&, seed = &problem - problems] {
      std::mt19937_64 chance(static_cast<std::uint64_t>(seed));
      while (!done && problem.empty()) {
        const auto pin = pins.pin();
        const std::uint64_t position = published;
        const std::uint64_t number = chance() % kNumbers;
        Cards cards;
        std::uint64_t total = 0;
        if (!table.find(kAccount, nth_number(number), position, 100, cards, total)) continue;
        ++answers;
        std::set<std::string> ids;
        for (const Card& card : cards) {
          ids.insert(std::string(card.external_id));
          // The id is in the address, and the name was given at or before the position.
          if (card.url.text() != "https://crm.example/" + std::string(card.external_id)) problem = "address";
          if (std::stoull(std::string(card.name.substr(7))) > position) problem = "from the future";
        }
        if (ids.size() != total) problem = "a record twice";
      }
    });
  }
  std::mt19937_64 chance(kSeed);
  std::map<std::uint64_t, Record> model;
  for (std::uint64_t position = 1; position <= 20'000 || answers < 1'000; ++position) {
    table.begin(position);
    const std::uint64_t id = chance() % 200;
    const Record after = bearer(id, position, {chance() % kNumbers, chance() % kNumbers});
    const auto known = model.find(id);
    table.change(kAccount, known == model.end() ? nullptr : &known->second, &after);
    model[id] = after;
    table.finish();
    published = position;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  for (const std::string& problem : problems) CHECK(problem == "");
  pins.drain();
}

TEST_CASE("what a pin saw is freed after it is let go, not before") {
  ReadPins pins;
  int freed = 0;
  {
    std::optional<ReadPins::Pin> early = pins.pin();
    pins.retire([&] { ++freed; });
    const auto late = pins.pin();
    pins.retire([&] { freed += 10; });
    CHECK(freed == 0);
    early.reset();
    pins.retire([&] { freed += 100; });
    CHECK(freed == 1);
  }
  pins.retire([&] { freed += 1'000; });
  CHECK(freed == 1'111);
  // More pins than there are slots.
  std::vector<ReadPins::Pin> many;
  for (std::size_t one = 0; one < ReadPins::kSlots + 3; ++one) many.push_back(pins.pin());
  many.erase(many.begin(), many.begin() + static_cast<std::ptrdiff_t>(ReadPins::kSlots));
  pins.retire([&] { freed += 10'000; });
  CHECK(freed == 1'111);
  many.clear();
  pins.retire([] {});
  CHECK(freed == 11'111);
}

}  // namespace ringdex::index

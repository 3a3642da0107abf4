// Numbers of several records: the whole and its pages, against a plain map.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "index/records/index_key.h"
#include "telephony/number/number_variants.h"
#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

using Counted = std::vector<SharedNumber>;

bool every(std::string_view) {
  return true;
}

Counted all_pages(const OpenIndex& open, SharedNumbersQuery query,
                  const std::function<bool(std::string_view)>& wanted = every, const std::string& account = "default") {
  Counted all;
  std::string from;
  for (int pages = 0; pages < 20'000; ++pages) {
    query.from = from;
    const auto page = open.index->read().shared_numbers(account, query, wanted);
    REQUIRE(page.has_value());
    REQUIRE(page->numbers.size() <= std::max<std::size_t>(query.numbers_max, 1));
    all.insert(all.end(), page->numbers.begin(), page->numbers.end());
    if (page->next.empty()) return all;
    REQUIRE(page->next != from);
    from = page->next;
  }
  FAIL("the pages have no end");
  return all;
}

ChangeBatch of(const std::string& source, std::vector<Record> upserts, const std::string& account = "default") {
  ChangeBatch batch;
  batch.account = account;
  batch.source = source;
  batch.upserts = std::move(upserts);
  return batch;
}

}  // namespace

TEST_CASE("pages of any size hold each number once, with as many records as a map counts") {
  std::mt19937_64 chance(23);
  OpenIndex open;
  // By account and source: which records there are, and with which numbers.
  std::map<std::string, std::map<RecordId, std::set<std::uint64_t>>> model;
  const auto write = [&](const std::string& account, const std::string& source) {
    const RecordId id = contact(std::to_string(chance() % 60), source);
    if (chance() % 5 == 0) {
      ChangeBatch batch = of(source, {}, account);
      batch.deletions = {{id, static_cast<std::int64_t>(chance() % 3), {}}};
      batch.deletions[0].version = 1'000'000;
      open.apply(batch);
      model[account][id].clear();
      return;
    }
    if (model[account].contains(id)) return;
    // A few numbers are very many people's; the same one may stand in a record twice.
    std::vector<std::string> phones;
    for (std::size_t left = chance() % 4; left > 0; --left) {
      const std::uint64_t which = std::min(chance() % 12, chance() % 12);
      phones.push_back("+1212555" + std::to_string(1'000 + which));
    }
    open.apply(of(source, {person(id, "Somebody", 1, phones)}, account));
    for (const std::string& phone : phones) model[account][id].insert(telephony::canonical(number(phone)).packed());
  };
  for (int round = 0; round < 500; ++round) {
    static const char* const kSources[] = {"crm", "people", "c"};
    write(chance() % 4 == 0 ? "other" : "default", kSources[chance() % 3]);
  }
  const auto expected = [&](const std::string& account, std::uint64_t least, const auto& wanted) {
    std::map<std::uint64_t, std::uint64_t> counts;
    for (const auto& [id, numbers] : model[account]) {
      if (!wanted(id.source)) continue;
      for (const std::uint64_t one : numbers) ++counts[one];
    }
    Counted all;
    for (const auto& [one, records] : counts) {
      if (records >= least) all.push_back({telephony::PhoneNumber::from_packed(one), records});
    }
    return all;
  };
  REQUIRE(expected("default", 2, every).size() > 5);
  const auto only_crm = [](std::string_view source) { return source == "crm"; };
  for (const std::uint64_t least : {0U, 1U, 2U, 3U, 9U, 1'000U}) {
    for (const std::size_t numbers_max : {0U, 1U, 2U, 5U, 1'000U}) {
      for (const std::size_t examined_max : {0U, 1U, 2U, 3U, 10U, 10'000U}) {
        CAPTURE(least);
        CAPTURE(numbers_max);
        CAPTURE(examined_max);
        const SharedNumbersQuery query{.least = least, .numbers_max = numbers_max, .examined_max = examined_max};
        CHECK(all_pages(open, query) == expected("default", least, every));
        CHECK(all_pages(open, query, only_crm) == expected("default", least, only_crm));
        CHECK(all_pages(open, query, every, "other") == expected("other", least, every));
      }
    }
  }
  CHECK(all_pages(open, {.least = 1, .numbers_max = 9, .examined_max = 9}, every, "nobody").empty());
  // What a lookup counts.
  for (const SharedNumber& shared : expected("default", 1, every)) {
    CHECK(open.total(shared.number.to_e164()) == shared.records);
  }
}

TEST_CASE("a number whose records went between two pages is given as far as it was counted") {
  OpenIndex open;
  open.upsert({person("1", "A", 1, {"+12125550101"}), person("2", "B", 1, {"+12125550101"}),
               person("3", "C", 1, {"+12125550101"}), person("4", "D", 1, {"+12125550102"}),
               person("5", "E", 1, {"+12125550102"})});
  SharedNumbersQuery query{.least = 2, .numbers_max = 10, .examined_max = 2};
  const auto first = open.index->read().shared_numbers("default", query, every);
  REQUIRE(first.has_value());
  CHECK(first->numbers.empty());
  open.erase(contact("3"), 2);
  query.from = first->next;
  query.examined_max = 100;
  const auto rest = open.index->read().shared_numbers("default", query, every);
  REQUIRE(rest.has_value());
  CHECK(rest->numbers == Counted{{number("+12125550101"), 2}, {number("+12125550102"), 2}});
  CHECK(rest->next.empty());
}

TEST_CASE("a place that no page gave does no harm") {
  OpenIndex open;
  open.upsert({person("1", "A", 1, {"+12125550101"}), person("2", "B", 1, {"+12125550101"})});
  ChangeBatch others = of("crm", {person("1", "A", 1, {"+12125550199"}), person("2", "B", 1, {"+12125550199"})});
  others.account = "other";
  open.apply(others);
  std::mt19937_64 chance(4);
  for (int round = 0; round < 2'000; ++round) {
    std::string from;
    for (std::size_t length = chance() % 40; length > 0; --length) {
      from.push_back(chance() % 2 == 0 ? static_cast<char>(chance()) : '\0');
    }
    const auto page = open.index->read().shared_numbers(
        "default", {.least = 2, .from = from, .numbers_max = 10, .examined_max = 10}, every);
    REQUIRE(page.has_value());
    for (const SharedNumber& shared : page->numbers) {
      CHECK_FALSE(shared.number.to_e164().empty());
      CHECK(shared.number != number("+12125550199"));
    }
  }
}

}  // namespace ringdex::index

// Searching people by name: what is found, in pages, and what stays found as records change.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/index/names_on_disk.h"
#include "tests/index/open_index.h"

using namespace std::string_literals;

namespace ringdex::index {
namespace {

NamedRecords page(const OpenIndex& open, const NameQuery& query, const std::string& account = "default") {
  const auto found = open.index->read().find_by_name(account, query, {});
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message));
  return *found;
}

std::string ids_of(const std::vector<Record>& records) {
  std::string text;
  for (const Record& record : records) text.append(text.empty() ? "" : " ").append(record.id.external_id);
  return text;
}

// The external ids of all that are found, in one page: "1 2".
std::string found(const OpenIndex& open, const std::string& text, const std::string& account = "default") {
  const NamedRecords all = page(open, {.text = text, .records_max = 1'000, .examined_max = 10'000}, account);
  CHECK(all.next.empty());
  CHECK(all.examined_all);
  CHECK(names_on_disk(*open.store) == names_implied(*open.store));
  return ids_of(all.records);
}

std::vector<Record> all_pages(const OpenIndex& open, const std::string& text, std::size_t records_max,
                              std::size_t examined_max) {
  std::vector<Record> all;
  std::string from;
  for (int pages = 0; pages < 10'000; ++pages) {
    const NamedRecords found =
        page(open, {.text = text, .from = from, .records_max = records_max, .examined_max = examined_max});
    REQUIRE(found.records.size() <= records_max);
    // Only an end or a limit ends a page.
    REQUIRE((found.next.empty() || !found.examined_all || found.records.size() == records_max));
    REQUIRE((found.examined_all || !found.next.empty()));
    all.insert(all.end(), found.records.begin(), found.records.end());
    if (found.next.empty()) return all;
    REQUIRE(found.next > from);
    from = found.next;
  }
  FAIL("the pages have no end");
  return all;
}

Record local(const std::string& external_id, const std::string& name, const std::string& phone) {
  return person({std::string(kLocalSource), RecordKind::local, external_id}, name, 1, {phone});
}

ChangeBatch of(const std::string& source, std::vector<Record> upserts, const std::string& account = "default") {
  ChangeBatch batch;
  batch.account = account;
  batch.source = source;
  batch.upserts = std::move(upserts);
  return batch;
}

Record employee(const std::string& external_id, const std::string& name, const std::string& organization) {
  Record record = person(external_id, name, 1);
  record.organization = organization;
  return record;
}

// 300 people of a few names, so that many words are many people's.
OpenIndex& crowd() {
  static OpenIndex* const open = [] {
    auto* made = new OpenIndex;
    static const char* const kNames[] = {"Anna Berg", "Änne Bergmann", "Bo", "Bo Anna", "Berg-Berger", "Zoë", "??", ""};
    static const char* const kOrganizations[] = {"", "Acme", "Bergbau AG", "Anna & Bo"};
    std::mt19937_64 chance(3);
    std::vector<Record> records;
    for (int which = 0; which < 300; ++which) {
      records.push_back(employee(std::to_string(which), kNames[chance() % 8], kOrganizations[chance() % 4]));
    }
    made->upsert(records);
    return made;
  }();
  return *open;
}

}  // namespace

TEST_CASE("each word of the text begins some word of the name or the organization") {
  OpenIndex open;
  open.upsert({employee("1", "Ada Whitlock", "Whitlock & Daughters"), employee("2", "Jürgen Müller", "Acme GmbH"),
               employee("3", "", "Acme GmbH"), employee("4", "Ana Acker", "")});
  CHECK(found(open, "ada") == "1");
  CHECK(found(open, "ADA WHIT") == "1");
  CHECK(found(open, "whit ada") == "1");
  CHECK(found(open, "daughters") == "1");
  CHECK(found(open, "ada müller") == "");
  CHECK(found(open, "muller") == "2");
  CHECK(found(open, "MÜLL") == "2");
  CHECK(found(open, "a") == "4 3 2 1");
  CHECK(found(open, "ac") == "4 3 2");
  CHECK(found(open, "acme") == "3 2");
  CHECK(found(open, "gmbh acme") == "2 3");
  CHECK(found(open, "uller") == "");
  CHECK(found(open, "adaw") == "");
  CHECK(found(open, "z") == "");
  // One word of the name may be what two of the text begin.
  CHECK(found(open, "a ac") == "4 3 2");
}

TEST_CASE("without a word in the text, everybody is found by the first word of the name") {
  OpenIndex open;
  open.upsert({employee("1", "Zoë Adams", "Acme"), employee("2", "bo", ""), employee("3", "Ödön", "Zebra"),
               employee("4", "", "Kiosk Adams"), employee("5", "??", ""), employee("6", "++", "Last")});
  CHECK(found(open, "") == "2 4 6 3 1");
  CHECK(found(open, " - ") == "2 4 6 3 1");
}

TEST_CASE("a word that is longer than what is kept of it is found by that") {
  OpenIndex open;
  open.upsert({employee("1", "Donaudampfschifffahrtsgesellschaft", "")});
  CHECK(found(open, "donaudampfschiff") == "1");
  CHECK(found(open, "donaudampfschifffahrt") == "1");
  CHECK(found(open, "donaudampfschoner") == "");
}

TEST_CASE("pages of any size together are the whole, with each record once") {
  for (const char* text : {"", "b", "berg", "an", "anna", "berg a", "bo anna", "z", "acme", "q"}) {
    CAPTURE(text);
    const NamedRecords whole = page(crowd(), {.text = text, .records_max = 1'000, .examined_max = 10'000});
    REQUIRE(whole.next.empty());
    std::set<RecordId> once;
    for (const Record& record : whole.records) REQUIRE(once.insert(record.id).second);
    for (const std::size_t records_max : {1U, 2U, 3U, 7U, 50U, 299U, 300U, 301U}) {
      for (const std::size_t examined_max : {1U, 2U, 10U, 97U, 5'000U}) {
        CHECK(all_pages(crowd(), text, records_max, examined_max) == whole.records);
      }
    }
  }
}

TEST_CASE("a page says that there is more only if there is") {
  const NamedRecords whole = page(crowd(), {.text = "anna", .records_max = 1'000, .examined_max = 10'000});
  const std::size_t all = whole.records.size();
  REQUIRE(all > 10);
  CHECK(page(crowd(), {.text = "anna", .records_max = all, .examined_max = 10'000}).next.empty());
  CHECK_FALSE(page(crowd(), {.text = "anna", .records_max = all - 1, .examined_max = 10'000}).next.empty());
}

TEST_CASE("who is not wanted is left out, and does not fill a page") {
  const auto odd = [](const Record& record) { return record.id.external_id.back() % 2 != 0; };
  const NamedRecords whole = page(crowd(), {.text = "b", .records_max = 1'000, .examined_max = 10'000});
  std::vector<Record> expected;
  std::ranges::copy_if(whole.records, std::back_inserter(expected), odd);
  std::vector<Record> got;
  std::string from;
  do {
    const auto found = crowd().index->read().find_by_name(
        "default", {.text = "b", .from = from, .records_max = 4, .examined_max = 10'000}, odd);
    REQUIRE(found);
    CHECK((found->records.size() == 4 || found->next.empty()));
    got.insert(got.end(), found->records.begin(), found->records.end());
    from = found->next;
  } while (!from.empty());
  CHECK(got == expected);
  CHECK_FALSE(got.empty());
}

TEST_CASE("a search gives up after so many entries and says so") {
  const NamedRecords none = page(crowd(), {.text = "berg zzz", .records_max = 10, .examined_max = 10'000});
  CHECK(none.examined_all);
  CHECK(none.records.empty());
  const NamedRecords some = page(crowd(), {.text = "berg zzz", .records_max = 10, .examined_max = 20});
  CHECK_FALSE(some.examined_all);
  CHECK(some.records.empty());
  CHECK_FALSE(some.next.empty());
  // Even 0 gets on.
  CHECK(all_pages(crowd(), "bo", 5, 0).size() ==
        page(crowd(), {.text = "bo", .records_max = 1'000, .examined_max = 10'000}).records.size());
}

TEST_CASE("without a word in the text, an organization of many is passed in one step") {
  OpenIndex open;
  std::vector<Record> records;
  for (int which = 0; which < 500; ++which) records.push_back(employee(std::to_string(which), "Zoë", "AB Acme"));
  open.upsert(records);
  CHECK(page(open, {.text = "", .records_max = 9, .examined_max = 12}).records.size() == 9);
}

TEST_CASE("where a page goes on may be any bytes and leads nowhere else") {
  OpenIndex open;
  open.apply(of("crm", {employee("a1", "Anna", "Acme"), employee("a2", "Berta", "Acme")}, "first"));
  open.apply(of("crm", {employee("b1", "Anna", "Acme"), employee("b2", "Berta", "Acme")}, "second"));
  open.apply(of("crm", {employee("c1", "Anna", "Acme"), employee("c2", "Berta", "Acme")}, "third"));
  const auto is_of_second = [](const NamedRecords& found, const std::string& beginning) {
    return std::ranges::all_of(found.records, [&](const Record& record) {
      return record.id.external_id.front() == 'b' && (beginning.empty() || record.name.starts_with(beginning));
    });
  };
  std::vector<std::string> hostile = {"\0"s,
                                      "\xff"s,
                                      std::string(100'000, '\xff'),
                                      std::string(100'000, '\0'),
                                      key::u32(1),
                                      key::u32(3),
                                      "anna"s,
                                      "anna\0"s,
                                      "anna\0crm"s,
                                      "anna\0crm\0\1"s,
                                      "zz"s};
  for (int byte = 0; byte < 256; ++byte) hostile.push_back(std::string(3, static_cast<char>(byte)));
  std::mt19937_64 chance(6);
  for (int round = 0; round < 2'000; ++round) {
    std::string text = round % 2 == 0 ? "anna\0crm\0\1b1"s : "";
    for (std::uint64_t left = chance() % 12; left > 0; --left) text += static_cast<char>(chance());
    hostile.push_back(text);
  }
  for (const std::string& from : hostile) {
    for (const std::string& text : {""s, "a"s, "an"s, "b"s}) {
      const NamedRecords found =
          page(open, {.text = text, .from = from, .records_max = 100, .examined_max = 1'000}, "second");
      REQUIRE(is_of_second(found, text == "an" ? "Anna" : ""));
      REQUIRE(found.next.empty());
    }
  }
  // A place of another text, or of another account.
  const std::string behind_anna = page(open, {.text = "", .records_max = 1, .examined_max = 100}, "first").next;
  CHECK(
      ids_of(page(open, {.text = "a", .from = behind_anna, .records_max = 9, .examined_max = 99}, "second").records) ==
      "");
  CHECK(
      ids_of(page(open, {.text = "b", .from = behind_anna, .records_max = 9, .examined_max = 99}, "second").records) ==
      "b2");
  CHECK(found(open, "anna", "nobody") == "");
}

TEST_CASE("a search finds what a record is called now") {
  OpenIndex open;
  open.upsert({employee("1", "Anna Berg", "Acme"), employee("2", "Bo", "")});
  SUBCASE("after an update, also of the order of its words") {
    Record next = employee("1", "Berg Anna", "Zeta");
    next.version = 2;
    open.upsert({next});
    CHECK(found(open, "anna") == "1");
    CHECK(found(open, "acme") == "");
    CHECK(found(open, "zeta") == "1");
    CHECK(found(open, "") == "1 2");
    next.name = "Zoë";
    next.version = 3;
    open.upsert({next});
    CHECK(found(open, "") == "2 1");
    CHECK(found(open, "berg") == "");
  }
  SUBCASE("after a deletion and its return") {
    open.erase(contact("1"), 5);
    CHECK(found(open, "anna") == "");
    Record back = employee("1", "Anna", "");
    back.version = 6;
    open.upsert({back});
    CHECK(found(open, "anna") == "1");
  }
  SUBCASE("after a merge, the survivor alone") {
    open.erase(contact("1"), 5, contact("2"));
    CHECK(found(open, "anna") == "");
    CHECK(found(open, "") == "2");
  }
  SUBCASE("after an older page, as before") {
    Record late = employee("1", "Older", "");
    late.version = 0;
    open.upsert({late});
    CHECK(found(open, "older") == "");
    CHECK(found(open, "anna") == "1");
  }
  SUBCASE("after a sweep") {
    open.list({employee("1", "Anna Berg", "Acme")}, true, true, {.sweep_guard_percent = 100});
    CHECK(found(open, "") == "1");
  }
  SUBCASE("after a purge") {
    REQUIRE(open.index->set_mode("default", "crm", SourceState::Mode::disabled, at(2000)));
    CHECK(found(open, "") == "1 2");
    REQUIRE(open.index->purge("default", "crm", "", 1, at(3000)));
    CHECK(found(open, "") == "2");
    REQUIRE(open.index->purge("default", "crm", "", 100, at(3000)));
    CHECK(found(open, "") == "");
    CHECK(names_on_disk(*open.store).empty());
  }
  SUBCASE("and a view, what it was called then") {
    const IndexView view = open.index->read();
    open.erase(contact("1"), 5);
    const auto then = view.find_by_name("default", {.text = "anna", .records_max = 9, .examined_max = 99}, {});
    REQUIRE(then);
    CHECK(ids_of(then->records) == "1");
  }
}

TEST_CASE("the members of an organization are found by its new name") {
  OpenIndex open;
  Record member = employee("1", "Anna", "");
  member.organization_id = "7";
  ChangeBatch batch = of("crm", {member});
  batch.organizations = {{"7", "Acme"}};
  open.apply(batch);
  CHECK(found(open, "acme anna") == "1");
  open.organizations({{"7", "Zeta Werke"}});
  CHECK(found(open, "acme") == "");
  CHECK(found(open, "werke") == "1");
  open.organizations({{"7", ""}});
  CHECK(found(open, "werke") == "");
  CHECK(found(open, "anna") == "1");
}

TEST_CASE("a lead that has its person's name is found by it, as long as it has one") {
  OpenIndex open;
  Record lead = person({"crm", RecordKind::lead, "deal"}, "", 1);
  lead.person_id = "p";
  open.upsert({lead});
  CHECK(found(open, "") == "");
  open.upsert({employee("p", "Anna", "Acme")});
  CHECK(found(open, "anna") == "p deal");
  Record renamed = employee("p", "Berta", "Acme");
  renamed.version = 2;
  open.upsert({renamed});
  CHECK(found(open, "anna") == "");
  CHECK(found(open, "berta") == "p deal");
  open.erase(contact("p"), 9);
  CHECK(found(open, "") == "");
}

TEST_CASE("a local record is found until it gives way") {
  OpenIndex open;
  open.apply(of("local", {local("", "Anna from the fair", "+4930123456"), local("", "+4930123457", "+4930123457")}));
  CHECK(page(open, {.text = "fair", .records_max = 9, .examined_max = 99}).records.size() == 1);
  CHECK(page(open, {.text = "4930", .records_max = 9, .examined_max = 99}).records.size() == 1);
  open.upsert({person("1", "Anna Berg", 1, {"+4930123456"})});
  CHECK(found(open, "fair") == "");
  CHECK(found(open, "anna") == "1");
}

TEST_CASE("a change that leaves the name alone writes no names") {
  OpenIndex open;
  open.upsert({employee("1", "Anna Berg", "Acme")});
  const Store::Impl& impl = open.store->impl();
  // An entry that is taken out behind the index's back comes again only when something writes it.
  const std::string key = names_on_disk(*open.store).begin()->first;
  REQUIRE(impl.db->Delete({}, impl.family(Family::names), key).ok());
  Record next = person("1", "Anna Berg", 2, {"+4930123456"});
  next.organization = "Acme";
  open.upsert({next});
  CHECK_FALSE(names_on_disk(*open.store).contains(key));
}

TEST_CASE("entries that other rules for words have left behind find nobody") {
  OpenIndex open;
  open.upsert({employee("1", "Anna Berg", "Acme")});
  Store::Impl& impl = open.store->impl();
  rocksdb::WriteBatch batch;
  for (const RecordId& id : {contact("1"), contact("gone")}) {
    for (const char* word : {"an", "ann", "berg", "x"}) {
      std::string key;
      const bool is_true = word == "berg"s && id == contact("1");
      key::append_name(key, 1, word, is_true ? key::WordPlace::behind : key::WordPlace::first, id);
      batch.Put(impl.family(Family::names), key, "");
    }
  }
  impl.write(batch, false);
  open.upsert({person("2", "Zoë", 1)});
  for (const auto& [text, ids] :
       {std::pair("a", "1"), std::pair("an", "1"), std::pair("x", ""), std::pair("", "1 2")}) {
    CHECK(ids_of(page(open, {.text = text, .records_max = 9, .examined_max = 99}).records) == ids);
  }
}

}  // namespace ringdex::index

#include "index/store/store.h"

#include <doctest/doctest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>

#include "index/history/ledger.h"
#include "index/store/store_impl.h"
#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

IndexError error_of(const StoreOptions& options) {
  const auto opened = Store::open(options);
  REQUIRE_FALSE(opened.has_value());
  return opened.error();
}

}  // namespace

TEST_CASE("a store of a newer format is refused by a message that says so, and is not changed") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1)});
  Store::Impl& impl = open.store->impl();
  rocksdb::WriteBatch batch;
  batch.Put(impl.family(Family::meta), "format", key::u32(kFormatVersion + 1));
  impl.write(batch, true);
  open.index.reset();
  open.store.reset();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const IndexError error =
        error_of({.path = open.folder.file("store"), .block_cache_bytes = 1 << 20, .card_bytes_max = 0});
    CHECK(error.kind == IndexError::Kind::newer_format);
    CHECK(error.message.find("format 2") != std::string::npos);
    CHECK(error.message.find(open.folder.file("store")) != std::string::npos);
  }
}

TEST_CASE("a store with a column family of later versions is refused as newer") {
  OpenIndex open;
  Store::Impl& impl = open.store->impl();
  rocksdb::ColumnFamilyHandle* later = nullptr;
  REQUIRE(impl.db->CreateColumnFamily({}, "later", &later).ok());
  REQUIRE(impl.db->DestroyColumnFamilyHandle(later).ok());
  open.index.reset();
  open.store.reset();
  const IndexError error =
      error_of({.path = open.folder.file("store"), .block_cache_bytes = 1 << 20, .card_bytes_max = 0});
  CHECK(error.kind == IndexError::Kind::newer_format);
  CHECK(error.message.find("newer ringdex") != std::string::npos);
}

TEST_CASE("a second opener is told that the store is busy") {
  OpenIndex open;
  const IndexError error =
      error_of({.path = open.folder.file("store"), .block_cache_bytes = 1 << 20, .card_bytes_max = 0});
  CHECK(error.kind == IndexError::Kind::busy);
  CHECK(error.message.find("another ringdex") != std::string::npos);
  CHECK(open.upsert({person("1", "Anna", 1)}).added == 1);
}

TEST_CASE("a folder that cannot be made is an I/O error") {
  const tests::TempDir folder;
  std::ofstream(folder.file("LOCK")) << "a file";
  for (const char* path : {"LOCK", "LOCK/store", "missing/parent/store"}) {
    CAPTURE(path);
    const IndexError error = error_of({.path = folder.file(path), .block_cache_bytes = 1 << 20, .card_bytes_max = 0});
    CHECK(error.kind == IndexError::Kind::io);
    CHECK(error.message.find(folder.file(path)) != std::string::npos);
  }
}

TEST_CASE("a damaged store is an error, not a crash") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1, {"+13108675309"})});
  open.index.reset();
  open.store.reset();
  std::ofstream(open.folder.file("store") + "/CURRENT") << "nonsense";
  const IndexError error =
      error_of({.path = open.folder.file("store"), .block_cache_bytes = 1 << 20, .card_bytes_max = 0});
  CHECK(error.kind == IndexError::Kind::corruption);
}

TEST_CASE("a damaged record is a corruption where it is read and nowhere else") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1, {"+13108675309"}), person("2", "Bo", 1, {"+13108675308"})});
  Store::Impl& impl = open.store->impl();
  rocksdb::WriteBatch batch;
  batch.Put(impl.family(Family::records), key::record(*impl.account("default"), contact("1")), "\x01\x01nonsense");
  impl.write(batch, true);
  open.reopen();
  const IndexView view = open.index->read();
  CHECK(view.find("default", number("+13108675309"), 10).error().kind == IndexError::Kind::corruption);
  CHECK(view.get("default", contact("1")).error().kind == IndexError::Kind::corruption);
  CHECK(open.ids("+13108675308") == "2");
  ChangeBatch changes = OpenIndex::batch();
  changes.upserts = {person("3", "Cy", 1), person("1", "Anna", 2)};
  CHECK(open.index->apply(changes, {}, at(1)).error().kind == IndexError::Kind::corruption);
  CHECK(open.answer(contact("3")) == "unknown");
}

TEST_CASE("a store opened again has kept everything") {
  OpenIndex open;
  ChangeBatch batch = OpenIndex::batch();
  batch.organizations = {{"7", "Acme"}};
  Record anna = person("1", "Anna", 1, {"+13108675309"});
  anna.organization_id = "7";
  batch.upserts = {anna, person("2", "Bo", 1)};
  batch.deletions = {{contact("3"), 5, contact("1")}};
  batch.checkpoint = "page 2";
  open.apply(batch, {}, at(77));
  batch = OpenIndex::batch();
  batch.account = "other";
  batch.upserts = {person("1", "Otto", 1, {"+13108675309"})};
  open.apply(batch);
  const std::uint64_t position = open.index->read().position();
  const SourceState state = open.state();

  open.reopen();
  CHECK(open.index->read().position() == position);
  CHECK(open.state() == state);
  CHECK(state.checkpoint == "page 2");
  CHECK(open.index->read().checkpoint_at("default", "crm") == at(77));
  CHECK_FALSE(open.index->read().checkpoint_at("other", "crm"));
  CHECK(open.answer(contact("1")) == "crm:contact:1 <- crm:contact:3");
  CHECK(open.record(contact("1")).organization == "Acme");
  CHECK(open.look("+13108675309").found.cards.at(0).name == "Anna");
  CHECK(open.look("+13108675309", 25, "other").found.cards.at(0).name == "Otto");
  CHECK(open.upsert({person("2", "Bo", 2)}).position == position + 1);
}

TEST_CASE("accounts keep their numbers over a restart and new ones get their own") {
  OpenIndex open;
  for (const char* name : {"a", "", "a/b", "\xff"}) {
    ChangeBatch batch = OpenIndex::batch();
    batch.account = name;
    batch.upserts = {person("1", std::string("in ") + name, 1, {"+13108675309"})};
    open.apply(batch);
  }
  open.reopen();
  ChangeBatch batch = OpenIndex::batch();
  batch.account = "later";
  batch.upserts = {person("1", "in later", 1, {"+13108675309"})};
  open.apply(batch);
  for (const char* name : {"a", "", "a/b", "\xff", "later"}) {
    const Look look = open.look("+13108675309", 25, name);
    REQUIRE(look.found.total == 1);
    CHECK(look.found.cards[0].name == std::string("in ") + name);
  }
}

}  // namespace ringdex::index

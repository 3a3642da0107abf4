// What a page leaves in the index and in the ledger.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "index/store/store_impl.h"
#include "sync/mirror/syncer.h"
#include "tests/sync/syncer_scene.h"

namespace ringdex::sync {
namespace {

using Scene = SyncerScene;
using State = SourceStateName;
using Strings = std::vector<std::string>;

SourcePage page_with(const std::vector<index::Record>& records, const std::string& next_cursor, bool more = false) {
  SourcePage page;
  page.records = records;
  page.next_cursor = next_cursor;
  page.more = more;
  return page;
}

index::Record person(const std::string& external_id, const std::string& name, std::int64_t version) {
  return index::person(external_id, name, version);
}

TEST_CASE("rejected and nameless rows are listed with the run") {
  Scene scene;
  SourcePage first = page_with({person("1", "Anna", 5), person("2", "", 5)}, "a", true);
  first.rejected = {{"line 3", RejectReason::bad_row, "a quote is open"}, {"4", RejectReason::too_many_phones, "11"}};
  first.ignored = 7;
  SourcePage second = page_with({person("5", "Bo", 5)}, "b");
  second.rejected = {{"6", RejectReason::no_external_id, ""}};
  scene.connector->pages.emplace_back(first);
  scene.connector->pages.emplace_back(second);
  scene.finish();
  const index::Run run = scene.last_run();
  CHECK(run.skipped == 4);
  CHECK(run.ignored == 7);
  CHECK(run.counts.added == 2);
  CHECK(scene.ledger->rejects("default", run.number, 10).value() ==
        std::vector<index::RunReject>{{"line 3", "bad_row", "a quote is open"},
                                      {"4", "too_many_phones", "11"},
                                      {"2", "no_name", "neither name nor organization"},
                                      {"6", "no_external_id", ""}});
}

TEST_CASE("an update never blanks a name and the run reports it") {
  Scene scene;
  scene.connector->pages.emplace_back(page_with({person("1", "Anna", 5)}, "a", true));
  scene.connector->pages.emplace_back(page_with({person("1", "", 6)}, "from 0"));
  scene.finish();
  CHECK(scene.open.record(index::contact("1")).name == "Anna");
  CHECK(scene.last_run().counts.kept_name == 1);
  CHECK(scene.last_run().skipped == 0);
}

TEST_CASE("a row over the limits takes its older form out and comes back at the same version") {
  Scene scene;
  const index::Record anna = index::person("1", "Anna", 50, {"+13108675309"});
  scene.connector->pages.emplace_back(page_with({anna}, "a", true));
  SourcePage unfit = page_with({}, "b", true);
  unfit.rejected = {{"1", RejectReason::too_many_phones, "11 phones",
                     index::Deletion{.id = anna.id, .version = 60, .withdrawn = true}}};
  scene.connector->pages.emplace_back(unfit);
  scene.step();
  CHECK(scene.open.ids("+13108675309") == "1");
  const TimePoint first_indexed_at = scene.open.record(anna.id).first_indexed_at;
  scene.step();
  CHECK(scene.open.ids("+13108675309") == "");
  CHECK(scene.open.answer(anna.id) == "gone");

  index::Record fit = anna;
  fit.version = 60;
  scene.now += seconds(1);
  scene.connector->pages.emplace_back(page_with({fit}, "from 0"));
  scene.finish();
  CHECK(scene.open.ids("+13108675309") == "1");
  CHECK(scene.open.record(anna.id).first_indexed_at == first_indexed_at);
  CHECK(scene.last_run().skipped == 1);
  CHECK(scene.last_run().counts.deleted == 1);
  CHECK(scene.last_run().counts.added == 2);
}

TEST_CASE("a withdrawal does not reach a newer form") {
  Scene scene;
  scene.connector->pages.emplace_back(page_with({person("1", "Anna", 50)}, "a", true));
  SourcePage late = page_with({}, "from 0");
  late.rejected = {{"1", RejectReason::too_many_phones, "11 phones",
                    index::Deletion{.id = index::contact("1"), .version = 40, .withdrawn = true}}};
  scene.connector->pages.emplace_back(late);
  scene.finish();
  CHECK(scene.open.record(index::contact("1")).name == "Anna");
}

TEST_CASE("deletions, merges and organizations of a page go in with it") {
  Scene scene;
  scene.source.pages_name_winners = true;
  scene.source.name_organization("7", "Acme");
  scene.source.put("1", "Anna", {"+13108675301"}, "7");
  scene.source.put("2", "Ann", {"+13108675302"});
  scene.source.put("3", "Bo");
  scene.finish();
  CHECK(scene.open.record(index::contact("1")).organization == "Acme");
  scene.source.name_organization("7", "Acme Ltd");
  scene.source.merge("2", "1");
  scene.source.remove("3");
  scene.run_again();
  CHECK(differences(scene.open, scene.source, {"2", "3"}) == "");
  CHECK(scene.open.answer(index::contact("2")) == "crm:contact:1 <- crm:contact:2");
  CHECK(scene.last_run().counts.merged == 1);
  CHECK(scene.last_run().counts.deleted == 1);
  CHECK(scene.last_run().counts.renamed == 1);
}

TEST_CASE("a source whose deletions are not followed loses only what was merged") {
  Scene scene;
  scene.options.policy.delete_records = false;
  scene.start();
  scene.source.pages_name_winners = true;
  scene.people(4);
  scene.finish();
  scene.source.remove("1");
  scene.source.merge("2", "3");
  scene.run_again();
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
  CHECK(scene.open.answer(index::contact("2")) == "crm:contact:3 <- crm:contact:2");
  scene.syncer->request(RunKind::full);
  scene.finish();
  CHECK(scene.state() == State::idle);
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
}

TEST_CASE("two sources share a store and nothing else") {
  Scene scene;
  scene.people(3);
  FakeSource other_source("other");
  other_source.put("1", "Other");
  FakeConnector other_connector(other_source);
  SyncerOptions other_options = scene.options;
  other_options.source = "other";
  Syncer other(other_options, other_connector, *scene.open.index, *scene.ledger);
  scene.step();
  other.step(scene.now);
  CHECK(other.status().state == State::idle);
  CHECK(scene.state() == State::running);
  scene.restart();
  scene.finish();
  CHECK(scene.history() == "full interrupted, full finished");
  CHECK(scene.open.state("other").records == 1);
  CHECK(differences(scene.open, scene.source) == "");
}

// The store can be made to fail only through what it holds: a source whose state cannot be read.
TEST_CASE("a store that fails is tried again after a pause and the run goes on") {
  Scene scene;
  scene.people(3);
  auto& store = scene.open.store->impl();
  const auto state_key = [&] { return index::key::source(store.account_for_write("default"), "crm"); };
  const auto write_state = [&](const std::optional<std::string>& bytes) {
    rocksdb::WriteBatch batch;
    if (bytes) {
      batch.Put(store.family(index::Family::sources), state_key(), *bytes);
    } else {
      batch.Delete(store.family(index::Family::sources), state_key());
    }
    store.write(batch, true);
    // Readers see what the next batch publishes.
    const index::Snapshot& last = store.snapshot();
    store.publish(last.position, last.checkpoints);
  };

  SUBCASE("when a run starts; a request for a full copy is kept") {
    scene.finish();
    const auto good = store.get(index::Family::sources, state_key());
    write_state("broken");
    scene.syncer->request(RunKind::full);
    CHECK(scene.wait() == seconds(5));
    CHECK(scene.state() == State::backing_off);
    CHECK(scene.status().reason != "");
    CHECK(scene.runs().size() == 1);
    write_state(good);
    scene.now += seconds(5);
    scene.connector->cursors.clear();
    scene.finish();
    CHECK(scene.connector->cursors.front() == "");
  }
  SUBCASE("when a page is written; the page is asked for again") {
    scene.step();
    const auto good = store.get(index::Family::sources, state_key());
    write_state("broken");
    CHECK(scene.wait() == seconds(5));
    CHECK(scene.state() == State::backing_off);
    CHECK(scene.wait() == seconds(5));
    write_state(good);
    scene.now += seconds(5);
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"", "list 3 2", "list 3 2"});
    CHECK(scene.history() == "full finished");
    CHECK(scene.last_run().pages == 2);
  }
  CHECK(scene.state() == State::idle);
  CHECK(differences(scene.open, scene.source) == "");
}

}  // namespace
}  // namespace ringdex::sync

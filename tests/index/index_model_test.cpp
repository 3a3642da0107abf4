// Random histories of an index against index_model.h. RINGDEX_SEED repeats one, RINGDEX_HISTORIES sets how many.

#include "tests/index/index_model.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/index/names_on_disk.h"
#include "tests/index/open_index.h"
#include "tests/support/test_chance.h"

namespace ringdex::index {
namespace {

constexpr std::uint64_t kHistories = 400;
constexpr std::uint64_t kHistoriesPerStore = 20;
constexpr int kSteps = 25;

// Few ids, numbers, names and versions, so that all meet.
class RandomBatches {
 public:
  explicit RandomBatches(std::uint64_t seed) : chance_(seed) {}

  std::uint64_t below(std::uint64_t end) { return chance_() % end; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }

  static const std::vector<std::string>& sources() {
    static const std::vector<std::string> names = {"crm", "b", "crm-2"};
    return names;
  }
  static const std::vector<telephony::PhoneNumber>& numbers() {
    static const std::vector<telephony::PhoneNumber> all = {
        number("+13108675309"),  number("+13108675308"), number("+5215512345678"), number("+525512345678"),
        number("+390612345678"), number("+4930123456"),  number("+493012345678")};
    return all;
  }
  static const std::vector<std::string>& external_ids() {
    static const std::vector<std::string> ids = {"1", "10", std::string("1\0", 2), "\xff", "a:b"};
    return ids;
  }
  RecordId id(const std::string& source) {
    return {source, one_in(3) ? RecordKind::lead : RecordKind::contact, external_ids()[below(external_ids().size())]};
  }
  std::string name() { return pick({"", "Anna", "Bo", "Ännë Bo", "Bo Anna-Bo", "?"}); }
  std::string organization_id() { return pick({"", "7", "77"}); }
  std::int64_t version() { return static_cast<std::int64_t>(below(12)); }

  Record record(const std::string& source) {
    Record record;
    record.id = id(source);
    record.name = name();
    record.organization_id = organization_id();
    if (one_in(2)) record.organization = pick({"Acme", "Beta", "Acme Bo"});
    for (std::uint64_t left = below(4); left > 0; --left) {
      RecordPhone& phone = record.phones.emplace_back();
      if (!one_in(5)) phone.number = numbers()[below(numbers().size())];
      phone.label = one_in(4) ? "fax" : "";
      phone.raw = pick({"", "0123 raw"});
      phone.extension = pick({"", "12"});
    }
    record.first_indexed_at = at(static_cast<std::int64_t>(below(100)));
    record.version = version();
    return record;
  }

  ChangeBatch batch(const std::string& account) {
    ChangeBatch batch;
    batch.account = account;
    batch.source = sources()[below(sources().size())];
    for (std::uint64_t left = below(6); left > 0; --left) batch.upserts.push_back(record(batch.source));
    for (std::uint64_t left = one_in(2) ? 0 : below(4); left > 0; --left) {
      Deletion& deletion = batch.deletions.emplace_back(id(batch.source), version(), std::nullopt);
      if (one_in(2)) deletion.merged_into = id(one_in(4) ? sources()[below(sources().size())] : batch.source);
    }
    for (std::uint64_t left = one_in(2) ? 0 : below(3); left > 0; --left) {
      batch.organizations.push_back({organization_id(), pick({"", "Acme", "Gamma Anna"})});
    }
    if (one_in(2)) batch.checkpoint.emplace(std::to_string(below(1000)));
    if (one_in(4)) batch.sweep_cursor.emplace(one_in(3) ? "" : std::to_string(below(1000)));
    batch.begins_listing = one_in(5);
    batch.ends_listing = one_in(5);
    return batch;
  }
  ApplyPolicy policy() {
    ApplyPolicy policy;
    policy.records_max = one_in(6) ? below(6) : 0;
    static constexpr unsigned kShares[] = {0, 20, 50, 100};
    policy.sweep_guard_percent = kShares[below(4)];
    policy.delete_records = !one_in(6);
    return policy;
  }

 private:
  std::string pick(std::initializer_list<const char*> words) { return words.begin()[below(words.size())]; }

  std::mt19937_64 chance_;
};

bool shows(const Cards& cards, const std::vector<Record>& records, telephony::PhoneNumber number) {
  return std::ranges::equal(cards, records, [number](const Card& card, const Record& record) {
    return text_of(card) == text_of(card_of(record, number));
  });
}

// The records of all pages, whose sizes are drawn; nothing if a search fails or finds no end.
std::optional<std::vector<Record>> pages_by_name(const IndexView& view, const std::string& account,
                                                 const std::string& text) {
  std::vector<Record> records;
  std::string from;
  for (std::uint64_t page = view.position(); page < view.position() + 1'000; ++page) {
    const NameQuery query{.text = text, .from = from, .records_max = 1 + page % 4, .examined_max = 1 + page % 7 * 3};
    const auto found = view.find_by_name(account, query, {});
    if (!found || found->records.size() > query.records_max) return std::nullopt;
    records.insert(records.end(), found->records.begin(), found->records.end());
    if (found->next.empty()) return records;
    from = found->next;
  }
  return std::nullopt;
}

std::string difference_of_names(const IndexView& view, const IndexModel& model, const std::string& account) {
  for (const std::string text : {"", "an", "bo an", "acme", "gamma anna"}) {
    const auto found = pages_by_name(view, account, text);
    if (!found || *found != model.find_by_name(account, text)) return "find by name: " + text;
  }
  return "";
}

// The first thing in which index and model differ, apart from names; empty if nothing.
std::string difference(const IndexView& view, const IndexModel& model, const std::string& account) {
  if (view.position() != model.position()) return "position";
  for (const telephony::PhoneNumber asked : RandomBatches::numbers()) {
    const auto canonical = telephony::canonical(asked);
    const std::vector<Record> expected = model.find(account, canonical);
    const auto found = view.find(account, canonical, 100);
    if (!found) return "find: " + found.error().message;
    if (!shows(found->cards, expected, canonical) || found->total != expected.size()) return "find " + asked.to_e164();
    const auto first = view.find(account, canonical, 1);
    if (!first || first->total != expected.size()) return "total of " + asked.to_e164();
    if (first->cards.size() != std::min<std::size_t>(expected.size(), 1)) return "first of " + asked.to_e164();
  }
  for (const std::string& source : RandomBatches::sources()) {
    const auto state = view.source_state(account, source);
    if (!state || *state != model.source_state(account, source)) return "state of " + source;
    if (view.checkpoint_at(account, source) != model.checkpoint_at(account, source)) return "checkpoint of " + source;
    for (const RecordKind kind : {RecordKind::contact, RecordKind::lead, RecordKind::local}) {
      for (const std::string& external_id : RandomBatches::external_ids()) {
        const RecordId id{source, kind, external_id};
        const auto got = view.get(account, id);
        if (!got) return "get: " + got.error().message;
        const auto survivor = model.survivor(account, id);
        if (const auto* known = std::get_if<KnownRecord>(&*got)) {
          if (!survivor || known->record != model.record(account, *survivor)) return "record " + id.to_string();
          if (known->aliases != model.aliases(account, *survivor)) return "aliases of " + id.to_string();
        } else if (survivor || std::holds_alternative<GoneRecord>(*got) != model.ever_seen(account, id)) {
          return "absence of " + id.to_string();
        }
      }
    }
  }
  return "";
}

struct EarlierView {
  IndexView view;
  IndexModel model;
  bool has_names;
};

// Names may be missing while they are filled.
std::string difference(const IndexView& view, const IndexModel& model, const std::string& account, bool has_names) {
  std::string text = difference(view, model, account);
  if (text.empty() && has_names) text = difference_of_names(view, model, account);
  return text;
}

// One history over two accounts of its own; gives the first difference.
std::string run_history(OpenIndex& open, IndexModel& model, std::uint64_t seed) {
  RandomBatches random(seed);
  const std::string accounts[] = {"a" + std::to_string(seed), "b" + std::to_string(seed)};
  std::optional<EarlierView> earlier;
  std::int64_t now = 1000;
  if (random.one_in(2) && !open.index->load_table(10'000)) return "loading all";
  for (int step = 0; step < kSteps; ++step) {
    const std::string where = " at step " + std::to_string(step);
    if (random.one_in(100)) {
      earlier.reset();
      if (random.one_in(2)) forget_names(*open.store);
      // Now and then there is no memory, and RocksDB answers all.
      open.reopen(random.one_in(3) ? 0 : kCardBytesMax);
    }
    // While the table is loading, the history goes on.
    if (!random.one_in(3) && !open.index->load_table(random.below(12))) return "loading" + where;
    if (random.one_in(10)) earlier.emplace(open.index->read(), model, open.store->impl().names_complete);
    now += static_cast<std::int64_t>(random.below(2));
    const std::string& account = accounts[random.below(2)];
    if (random.one_in(10)) {
      const std::string& source = RandomBatches::sources()[random.below(3)];
      const auto confirmed = open.index->confirm_sweep(account, source, at(now));
      if (!confirmed || *confirmed != model.confirm(account, source)) return "confirmation" + where;
    } else {
      const ChangeBatch batch = random.batch(account);
      const ApplyPolicy policy = random.policy();
      const auto applied = open.index->apply(batch, policy, at(now));
      if (!applied || *applied != model.apply(batch, policy, at(now))) return "result" + where;
    }
    const IndexView view = open.index->read();
    for (const std::string& one : accounts) {
      const bool has_names = open.store->impl().names_complete;
      if (auto text = difference(view, model, one, has_names); !text.empty()) return text + where;
      if (!earlier) continue;
      auto text = difference(earlier->view, earlier->model, one, earlier->has_names);
      if (!text.empty()) return "earlier " + text + where;
    }
  }
  return "";
}

}  // namespace

TEST_CASE("random histories leave the index as the model says") {
  const std::uint64_t first = test_support::from_environment("RINGDEX_SEED", 1);
  const std::uint64_t histories = test_support::from_environment("RINGDEX_HISTORIES", kHistories);
  MESSAGE("seeds ", first, " to ", first + histories - 1);
  std::optional<OpenIndex> open;
  IndexModel model;
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    if ((seed - first) % kHistoriesPerStore == 0) {
      open.emplace();
      model = {};
    }
    CAPTURE(seed);
    const std::string found = run_history(*open, model, seed);
    REQUIRE(found == "");
    if (open->store->impl().names_complete) REQUIRE(names_on_disk(*open->store) == names_implied(*open->store));
  }
}

}  // namespace ringdex::index

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "index/records/change_batch.h"
#include "index/records/index_error.h"
#include "index/records/record.h"
#include "index/records/source_state.h"
#include "index/store/store.h"
#include "index/table/number_table.h"
#include "index/table/read_pins.h"
#include "telephony/number/phone_number.h"

namespace ringdex::index {

// The records that have one number, the one that was first indexed here in front, ties by id. The cards are views,
// valid as long as the IndexView that found them and this.
struct Found {
  Cards cards;
  std::uint64_t total = 0;         // may exceed cards.size(), which is bounded by the caller
  std::vector<Record> from_store;  // what the cards are of, where the number table could not answer
};

// What the index knows of one id.
struct KnownRecord {
  Record record;                  // the survivor, if the id asked for was merged away
  std::vector<RecordId> aliases;  // all ids that lead to it, in order
};
struct GoneRecord {};     // it was here and its source deleted it
struct UnknownRecord {};  // never seen
using RecordAnswer = std::variant<KnownRecord, GoneRecord, UnknownRecord>;

// What a search by name found, in the order of the words by which the records were found; among those of one word, the
// ones whose first word it is come first; then by id. The whole of all pages has each record once.
struct NamedRecords {
  std::vector<Record> records;
  std::string next;          // where the next page goes on, any bytes; empty: there is no more
  bool examined_all = true;  // false if it was given up after `examined_max` entries, with `next` to go on from
};

// A record has at most kNameWordsMax words, and of each the first kNameWordBytesMax bytes (name_words.h): case, accents
// and punctuation count nowhere. One whose name and organization have neither letter nor digit is not found at all.
struct NameQuery {
  // Each of its words begins some word of the name or the organization. No word in it: everybody, by the first word of
  // the name, or of the organization if the name has none.
  std::string_view text;
  std::string_view from = {};  // `next` of the page before, of the same text; whatever else it is, it does no harm
  std::size_t records_max;
  std::size_t examined_max;  // entries of the index looked at, a bound on the time; at least one is
};

// A number, canonical, and how many records have it.
struct SharedNumber {
  telephony::PhoneNumber number;
  std::uint64_t records;
  bool operator==(const SharedNumber&) const = default;
};
// In the order of the numbers. The whole of all pages has each number once.
struct SharedNumbers {
  std::vector<SharedNumber> numbers;
  std::string next;  // where the next page goes on, any bytes; empty: there is no more
};
struct SharedNumbersQuery {
  std::uint64_t least;         // numbers of fewer records are left out
  std::string_view from = {};  // `next` of the page before; whatever else it is, it does no harm
  std::size_t numbers_max;     // at least one is given
  std::size_t examined_max;    // entries of the index looked at, a bound on the time; at least one is
};

struct Snapshot;

// One consistent view: all its reads see the index at `position()`. Cheap to take, safe from any thread; to be let go
// after the answer, since it holds old versions in memory and on disk.
class IndexView {
 public:
  std::uint64_t position() const;
  // `number` is in canonical form (telephony::canonical). Answered from memory, apart from what NumberTable leaves to
  // RocksDB.
  std::expected<Found, IndexError> find(std::string_view account, telephony::PhoneNumber number,
                                        std::size_t cards_max) const;
  // Follows aliases.
  std::expected<RecordAnswer, IndexError> get(std::string_view account, const RecordId& id) const;
  // Of the records that the query's text means, those which are `wanted`; it is asked in their order, also about the
  // first one behind the page. Reads RocksDB. After an upgrade from a version without names, some are missing until
  // Index::load_table has come to its end.
  std::expected<NamedRecords, IndexError> find_by_name(std::string_view account, const NameQuery& query,
                                                       const std::function<bool(const Record&)>& wanted) const;
  // Numbers that several records have, told by the keys alone: what is counted is each record of a `wanted` source, as
  // a lookup finds it, before records of one person are put together. Reads RocksDB. Between two pages the index may
  // change; a number whose records are counted over both is then right for neither moment.
  std::expected<SharedNumbers, IndexError> shared_numbers(
      std::string_view account, const SharedNumbersQuery& query,
      const std::function<bool(std::string_view source)>& wanted) const;
  std::expected<SourceState, IndexError> source_state(std::string_view account, std::string_view source) const;
  // When the source's checkpoint last moved; nothing if it has none yet. Answered from memory.
  std::optional<TimePoint> checkpoint_at(std::string_view account, std::string_view source) const;

 private:
  friend class Index;
  explicit IndexView(Store& store);
  std::expected<Found, IndexError> find_in_store(key::AccountNumber account, telephony::PhoneNumber number,
                                                 std::size_t cards_max) const;
  Store* store_;
  ReadPins::Pin pin_;
  const Snapshot* snapshot_;
};

// The mirror: records by id and by number. Any thread may call; writes come one after the other.
class Index {
 public:
  explicit Index(Store& store) : store_(store) {}

  IndexView read() const;

  // Writes the batch with its checkpoint as one atomic unit (change_batch.h). The newer version of a record wins, a
  // tombstone wins over all that is not newer than the deletion. When it returns, every later read() sees it; the WAL
  // is synced if it moved a checkpoint or settled events. After an error nothing of the batch is stored.
  std::expected<ApplyResult, IndexError> apply(ChangeBatch batch, const ApplyPolicy& policy, TimePoint now);
  // The same for somebody whose phone rings: an error of kind `busy` if other writers kept it waiting for so long.
  std::expected<ApplyResult, IndexError> apply_within(std::chrono::milliseconds timeout, ChangeBatch batch,
                                                      const ApplyPolicy& policy, TimePoint now);

  // What was applied so far outlives a loss of power.
  std::expected<void, IndexError> sync();

  // Fills the number table after a start, and once the names of a store that had none, up to `records_max` records a
  // call; true when no more is to do. Until then, RocksDB answers. A writer waits for a call that runs, so calls should
  // be short and leave gaps.
  std::expected<bool, IndexError> load_table(std::size_t records_max);
  // Of the number table.
  std::size_t table_bytes() const;
  NumberTable::State table_state() const;

  // Removes what the last listing of the source did not show and the guard held back.
  std::expected<ApplyResult, IndexError> confirm_sweep(const std::string& account, const std::string& source,
                                                       TimePoint now);

  // Kept over a restart. Of a source that is not known yet, too.
  std::expected<void, IndexError> set_mode(const std::string& account, const std::string& source,
                                           SourceState::Mode mode, TimePoint now);

  // Forgets up to `records_max` records and tombstones of the source for good, and where its pages start; an error
  // unless it is disabled. Called in steps that leave gaps for other writers: `from` is empty at first, and then what
  // the last step gave, until that is empty again.
  std::expected<std::string, IndexError> purge(const std::string& account, const std::string& source,
                                               const std::string& from, std::size_t records_max, TimePoint now);

 private:
  Store& store_;
};

}  // namespace ringdex::index

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "index/change_batch.h"
#include "index/index_error.h"
#include "index/record.h"
#include "index/source_state.h"
#include "index/store.h"
#include "telephony/phone_number.h"

namespace ringdex::index {

// The records that bear one number, the one that was first indexed here in front, ties by id.
struct Found {
  std::vector<Record> records;
  std::uint64_t total = 0;  // may exceed records.size(), which is bounded by the caller
};

// What the index knows of one id.
struct KnownRecord {
  Record record;                  // the survivor, if the id asked for was merged away
  std::vector<RecordId> aliases;  // all ids that lead to it, in order
};
struct GoneRecord {};     // it was here and its source deleted it
struct UnknownRecord {};  // never seen
using RecordAnswer = std::variant<KnownRecord, GoneRecord, UnknownRecord>;

struct Snapshot;

// One consistent view: all its reads see the index at `position()`. Cheap to take, safe from any thread; to be let go
// after the answer, since it holds old versions on disk.
class IndexView {
 public:
  std::uint64_t position() const;
  // `number` is in canonical form (telephony::canonical).
  std::expected<Found, IndexError> find(std::string_view account, telephony::PhoneNumber number,
                                        std::size_t records_max) const;
  // Follows aliases.
  std::expected<RecordAnswer, IndexError> get(std::string_view account, const RecordId& id) const;
  std::expected<SourceState, IndexError> source_state(std::string_view account, std::string_view source) const;
  // When the source's checkpoint last moved; nothing if it has none yet. Answered from memory.
  std::optional<TimePoint> checkpoint_at(std::string_view account, const std::string& source) const;

 private:
  friend class Index;
  IndexView(Store& store, std::shared_ptr<const Snapshot> snapshot);
  Store* store_;
  std::shared_ptr<const Snapshot> snapshot_;
};

// The mirror: records by id and by number. Any thread may call; writes come one after the other.
class Index {
 public:
  explicit Index(Store& store) : store_(store) {}

  IndexView read() const;

  // Writes the batch with its checkpoint as one atomic unit (change_batch.h; newer wins, design section 6). When it
  // returns, every later read() sees it; the WAL is synced if it moved a checkpoint or settled events. After an error
  // nothing of the batch is stored.
  std::expected<ApplyResult, IndexError> apply(const ChangeBatch& batch, const ApplyPolicy& policy, TimePoint now);

  // Removes what the last listing of the source did not show and the guard held back.
  std::expected<ApplyResult, IndexError> confirm_sweep(const std::string& account, const std::string& source,
                                                       TimePoint now);

 private:
  Store& store_;
};

}  // namespace ringdex::index

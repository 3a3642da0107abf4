#pragma once

#include <expected>
#include <optional>
#include <string>

#include "index/index.h"
#include "server/calls/call_book.h"
#include "server/calls/call_error.h"
#include "server/lookup/local_records.h"
#include "server/system/clock.h"

namespace ringdex::server {

// What becomes of a call once it rings: answered, picked, ended. Any thread may call; picks wait for the disk.
class CallActions {
 public:
  static constexpr std::size_t kPicksMax = 100;  // of one call; older ones are dropped

  CallActions(const index::Index& index, CallBook& book, LocalRecords& locals, Clock clock);

  using Result = std::expected<index::Call, CallError>;
  Result answered(const std::string& account, const std::string& id, const std::string& agent);
  Result ended(const std::string& account, const std::string& id);
  // Any record of the account that is there, also one that was not offered; a merged id means its survivor.
  Result pick(const std::string& account, const std::string& id, const index::RecordId& record,
              const std::string& agent);
  // Takes the pick back that counts, if it is of that record, or of any if none is named; what was picked or shown
  // before it counts again.
  Result undo_pick(const std::string& account, const std::string& id, const std::optional<index::RecordId>& record,
                   const std::string& agent);

 private:
  Result change(const std::string& account, const std::string& id,
                const std::function<CallBook::Edit(index::Call& call)>& edit);

  const index::Index& index_;
  CallBook& book_;
  LocalRecords& locals_;
  const Clock clock_;
};

}  // namespace ringdex::server

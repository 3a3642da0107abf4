#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>

#include "index/history/inbox.h"
#include "index/history/ledger.h"
#include "index/index.h"
#include "sync/connector.h"
#include "sync/mirror/retry_delay.h"
#include "sync/webhooks/hint_codec.h"
#include "telephony/text/enum_names.h"

namespace ringdex::sync {

// What a forced resync of one record came to.
struct ResyncAnswer {
  enum class Outcome { updated, unchanged, deleted, merged, not_found, unreachable };
  Outcome outcome = Outcome::unreachable;
  std::string detail;  // why it was unreachable, or why the record was skipped
  std::optional<index::RecordId> merged_into;
};
inline constexpr auto kResyncOutcomeNames =
    text::enum_names<ResyncAnswer::Outcome>({{ResyncAnswer::Outcome::updated, "updated"},
                                             {ResyncAnswer::Outcome::unchanged, "unchanged"},
                                             {ResyncAnswer::Outcome::deleted, "deleted"},
                                             {ResyncAnswer::Outcome::merged, "merged"},
                                             {ResyncAnswer::Outcome::not_found, "not_found"},
                                             {ResyncAnswer::Outcome::unreachable, "unreachable"}});
constexpr std::string_view to_string(ResyncAnswer::Outcome value) {
  return kResyncOutcomeNames.name_of(value);
}

struct RecordRefresherOptions {
  std::string account;
  std::string source;
  RetryDelayOptions retry;
  index::ApplyPolicy policy;
  std::function<double()> draw;
};

// One source's single records: webhook hints from the inbox and forced resyncs, apart from the pages so that neither
// waits for the other. step() is called by one thread; resync() by any.
class RecordRefresher {
 public:
  RecordRefresher(RecordRefresherOptions options, Connector& connector, index::Index& index, index::Inbox& inbox,
                  index::Ledger& ledger);
  ~RecordRefresher();  // answers what was asked and not done with `unreachable`
  RecordRefresher(const RecordRefresher&) = delete;
  RecordRefresher& operator=(const RecordRefresher&) = delete;

  // Forced resyncs first, then what the inbox holds; says when to call again if nothing is asked before.
  TimePoint step(TimePoint now);
  std::future<ResyncAnswer> resync(index::RecordId id);
  // `done` is called once, from this or the stepping thread or from stop(); it must not block.
  using Done = std::function<void(ResyncAnswer answer)>;
  void resync(index::RecordId id, Done done);
  // What an admin switched: disabled asks the source for nothing, and what the inbox holds waits. Paused changes
  // nothing here, since it is about pages.
  void set_mode(index::SourceState::Mode mode);
  // Answers whoever still waits, and whoever asks from now on. After the last step().
  void stop();

 private:
  struct Asked {
    index::RecordId id;
    Done done;
  };
  // What an event came to once the source was asked.
  struct Changes {
    index::ChangeBatch batch;
    std::string detail = {};  // in words for the admin
    // nullopt if it is settled.
    std::optional<std::chrono::milliseconds> ask_again_after = std::nullopt;
    std::optional<index::RecordId> survivor = std::nullopt;  // that its record was merged into
  };

  static constexpr const char* kNotFollowed = "the source does not have it any more; its deletions are not followed";

  std::optional<Asked> next_asked();
  void ask_again(Asked asked);
  std::expected<ResyncAnswer, FetchError> resync_now(const index::RecordId& id, index::ApplyResult& applied,
                                                     TimePoint now);
  ResyncAnswer answer_for(const index::RecordId& id, const FetchedRecord& fetched, const index::ApplyResult& applied,
                          bool was_known) const;
  TimePoint step_asked(Asked asked, TimePoint now);
  // Each of these says when to call step() again.
  TimePoint handle(const index::InboxEvent& event, std::optional<WaitingHint> waiting, TimePoint now);
  TimePoint failed(const index::InboxEvent& event, WaitingHint waiting, const FetchError& error, TimePoint now);
  TimePoint settle(index::ChangeBatch batch, index::EventDone done, TimePoint now);
  std::optional<index::ApplyResult> apply(const index::ChangeBatch& batch, TimePoint now);
  std::expected<Changes, FetchError> changes_for(const WaitingHint& waiting, TimePoint now);
  std::expected<Changes, FetchError> merge_changes(const WaitingHint& waiting, TimePoint now);
  std::expected<void, FetchError> fetch_for(const Hint& hint, const std::string& external_id, Changes& changes,
                                            TimePoint now);
  std::expected<FetchedRecord, FetchError> fetch_into(index::ChangeBatch& batch, const index::RecordId& id,
                                                      TimePoint now);
  std::size_t drop_unknown(index::ChangeBatch& batch) const;
  void postpone(index::InboxEvent event, WaitingHint waiting, TimePoint until);
  index::ChangeBatch empty_batch(index::ChangeCause cause) const;
  void write_down(const ResyncAnswer& answer, const index::ApplyResult& applied, std::uint64_t requests, TimePoint now);
  index::RecordId record_id(const Hint& hint, const std::string& external_id) const;

  const RecordRefresherOptions options_;
  Connector& connector_;
  index::Index& index_;
  index::Inbox& inbox_;
  index::Ledger& ledger_;

  // Of the stepping thread: a source that fails is asked with growing pauses, however many events wait.
  std::uint32_t failures_ = 0;  // one after the other
  TimePoint paused_until_{};
  // The event that failed last. Those behind it have their turn first, in case that only this one fails.
  std::optional<std::uint64_t> failed_last_;

  std::mutex mutex_;
  std::deque<Asked> asked_;  // under mutex_
  bool stopped_ = false;     // under mutex_
  bool disabled_ = false;    // under mutex_
};

}  // namespace ringdex::sync

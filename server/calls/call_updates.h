#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/calls/call_book.h"
#include "server/calls/call_lookup.h"
#include "server/lookup/inquiry.h"
#include "server/lookup/local_records.h"
#include "server/system/late_work.h"

namespace ringdex::server {

// Asks a source for a record that is not mirrored yet; `done` tells if it is there now, from any thread. False: there
// is no such source.
using FetchRecord =
    std::function<bool(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done)>;

// What becomes known of a call after its answer was given, told as a change of it. Any thread may call.
class CallUpdates {
 public:
  static constexpr std::size_t kChangesMax = 100;  // of one call

  // `about_retries`: the waits after which somebody who was clicked, and whom no CRM knew, is looked for again.
  CallUpdates(CallLookup lookup, CallBook& book, LocalRecords& locals, FetchRecord fetch, Clock clock,
              std::vector<std::chrono::milliseconds> about_retries);

  // Looks again once the CRMs have answered; if they know nobody and `create` is set, the caller gets a record.
  void after_search(const RingRequest& request, const std::shared_ptr<Inquiry>& search, bool create);
  void create_caller(const RingRequest& request);
  // One question at a time for a record.
  std::shared_ptr<Inquiry> fetch_about(const RingRequest& request);
  // Until the record is here, or no retry is left.
  void follow_about(const RingRequest& request, const std::shared_ptr<Inquiry>& fetch);
  // The calls of that number that are still on: somebody was named, or named no more.
  void number_named(const std::string& account, telephony::PhoneNumber number);

  // Ends what is still to be found out.
  void stop() { late_.stop(); }

 private:
  void create_now(const RingRequest& request);
  void fetch(const RingRequest& request, std::vector<index::RecordId> ids, const std::shared_ptr<Inquiry>& inquiry);
  // `tries` retries have been made.
  void await_about(const RingRequest& request, Inquiry& fetch, std::size_t tries);
  void retry_about(const RingRequest& request, std::size_t tries);
  void reconsider(const RingRequest& request, std::string_view cause);

  const CallLookup lookup_;
  CallBook& book_;
  LocalRecords& locals_;
  const FetchRecord fetch_;
  const Clock clock_;
  const std::vector<std::chrono::milliseconds> about_retries_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Inquiry>> fetches_;  // under mutex_, by account and record
  LateWork late_;
};

}  // namespace ringdex::server

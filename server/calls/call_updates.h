#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/calls/about_records.h"
#include "server/calls/call_book.h"
#include "server/lookup/caller_search.h"
#include "server/system/late_work.h"

namespace ringdex::server {

// What becomes known of a call after its answer was given, told as a change of it. Any thread may call.
class CallUpdates {
 public:
  static constexpr std::size_t kChangesMax = 100;  // of one call

  // `later` is where all of it runs; it is to be stopped before this ends. `about_retries`: the waits after which
  // somebody who was clicked, and whom no CRM knew, is looked for again.
  CallUpdates(const CallerSearch& search, AboutRecords& about, CallBook& book, LateWork& later,
              std::vector<std::chrono::milliseconds> about_retries)
      : search_(search), about_(about), book_(book), later_(later), about_retries_(std::move(about_retries)) {}

  // What the ring's search left open, if anything.
  void follow_search(const RingRequest& request, const CallerSearch::Open& open);
  // Until the record is here, or no retry is left. `fetch` may be nullptr.
  void follow_about(const RingRequest& request, const std::shared_ptr<Inquiry>& fetch);
  // The calls of that number that are still on: somebody was named, or named no more.
  void number_named(const std::string& account, telephony::PhoneNumber number);

 private:
  void create(const RingRequest& request);
  // `tries` retries have been made.
  void await_about(const RingRequest& request, Inquiry& fetch, std::size_t tries);
  void retry_about(const RingRequest& request, std::size_t tries);
  void reconsider(const RingRequest& request, std::string_view cause);

  const CallerSearch& search_;
  AboutRecords& about_;
  CallBook& book_;
  LateWork& later_;
  const std::vector<std::chrono::milliseconds> about_retries_;
};

}  // namespace ringdex::server

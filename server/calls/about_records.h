#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "index/index.h"
#include "server/calls/ring_request.h"
#include "server/lookup/inquiry.h"
#include "server/system/deferred.h"

namespace ringdex::server {

// Asks a source for a record that is not mirrored yet; `done` tells if it is there now, from any thread. False if there
// is no such source.
using FetchRecord =
    std::function<bool(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done)>;

// The records that calls were started from: in the mirror, else from their CRM, which may have made them a moment ago.
// Any thread may call.
class AboutRecords {
 public:
  // `later` runs what a CRM's answer leads to; it is to be stopped before this ends.
  AboutRecords(const index::Index& index, FetchRecord fetch, Deferred& later)
      : index_(index), fetch_(std::move(fetch)), later_(later) {}

  // What request.about means; nullopt if it is not mirrored.
  std::optional<index::Record> find(const RingRequest& request) const;

  // The record if it is mirrored, else the question to its CRM. With neither, no CRM may be asked.
  struct Known {
    std::optional<index::Record> record;
    std::shared_ptr<Inquiry> fetch = nullptr;
  };
  // One question at a time for a record.
  Known find_or_fetch(const RingRequest& request);

 private:
  std::shared_ptr<Inquiry> fetch(const RingRequest& request);
  void fetch(const std::string& account, std::vector<index::RecordId> ids, const std::shared_ptr<Inquiry>& inquiry);

  const index::Index& index_;
  const FetchRecord fetch_;
  Deferred& later_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Inquiry>> fetches_;  // under mutex_, by account and record
};

}  // namespace ringdex::server

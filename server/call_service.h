#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/index.h"
#include "server/api/clock.h"
#include "server/call_book.h"
#include "server/live_lookups.h"
#include "server/local_records.h"
#include "server/lookup_service.h"
#include "server/metrics.h"

namespace ringdex::server {

// The record that a call was started from, as a CRM's page names it.
struct AboutRequest {
  std::string source;
  std::string external_id;
  std::optional<index::RecordKind> kind;  // nothing: the contact, else the lead of that id
};

struct RingRequest {
  std::string account;
  std::string call_id;
  index::CallDirection direction = index::CallDirection::inbound;
  std::string from, to;
  std::vector<std::string> agents;
  std::optional<AboutRequest> about;
  std::string region;
  telephony::Plan plan = telephony::Plan::automatic;
};

struct CallError {
  enum class Kind {
    unknown_call,
    other_number,  // a call of that id is there, with somebody else
    unknown_source,
    unknown_region,
    unknown_account,
    unknown_record,
    deleted_record,
    store
  };
  Kind kind = Kind::store;
  std::string message;
};

// Asks a source for a record that is not mirrored yet; `done` tells if it is there now, from any thread. False: there
// is no such source.
using FetchRecord =
    std::function<bool(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done)>;

// Rings and outgoing calls: who was shown, who was picked (design section 5). A ring waits for a CRM or for the index's
// writer only within its deadline; what comes later is told as a change of the call. Any thread may call, ring() only
// one that may wait.
class CallService {
 public:
  // So many rings wait at a time for a caller's record to be made; the next one is answered at once.
  static constexpr std::size_t kCreatingMax = 16;
  static constexpr std::size_t kAgentsMax = 256;  // of one call
  static constexpr std::size_t kPicksMax = 100;   // of one call; older ones are dropped

  CallService(const index::Index& index, const LookupService& lookups, CallBook& book, LocalRecords& locals,
              LiveLookups& live, FetchRecord fetch, Metrics& metrics, Clock clock);
  ~CallService();

  // The call with its answer; that of a call id that is there already is the one that it got the first time.
  std::expected<index::Call, CallError> ring(const RingRequest& request);

  std::expected<index::Call, CallError> answered(const std::string& account, const std::string& id,
                                                 const std::string& agent);
  std::expected<index::Call, CallError> ended(const std::string& account, const std::string& id);
  // Any record of the account that is there, also one that was not offered; a merged id means its survivor.
  std::expected<index::Call, CallError> pick(const std::string& account, const std::string& id,
                                             const index::RecordId& record, const std::string& agent);
  // Takes the last pick back; what was picked or shown before it counts again.
  std::expected<index::Call, CallError> undo_pick(const std::string& account, const std::string& id);

  // Tells the calls of that number that are still on what the index says of it by now: somebody was named.
  void number_named(const std::string& account, telephony::PhoneNumber number);

  // Ends what is still to be found out; before the sources stop.
  void stop();

 private:
  struct Asked;  // what a ring asks for, and whom
  std::expected<index::Call, CallError> again(const RingRequest& request, const index::Call& call);
  std::expected<void, CallError> find_about(const RingRequest& request, Asked& asked);
  std::optional<index::Record> mirrored(const RingRequest& request) const;
  void fetch_about(const RingRequest& request, std::vector<index::RecordId> ids, std::shared_ptr<Inquiry> inquiry);
  std::expected<LookupAnswer, LookupError> look(const RingRequest& request, const index::Record* about) const;
  void ask_live(const RingRequest& request, Asked& asked, std::expected<LookupAnswer, LookupError>& answer);
  void create_caller(const RingRequest& request, Asked& asked, std::expected<LookupAnswer, LookupError>& answer);
  index::Call call_of(const RingRequest& request, const LookupAnswer& answer,
                      const std::optional<index::Record>& about) const;
  // On the thread of what comes late.
  void create_late(const RingRequest& request);
  void reconsider(const RingRequest& request, std::string_view cause);
  std::expected<index::Call, CallError> change(const std::string& account, const std::string& id,
                                               const std::function<CallBook::Edit(index::Call& call)>& edit);
  std::expected<index::Call, CallError> kept(std::expected<index::Call, CallError> changed);

  const index::Index& index_;
  const LookupService& lookups_;
  CallBook& book_;
  LocalRecords& locals_;
  LiveLookups& live_;
  const FetchRecord fetch_;
  Metrics& metrics_;
  const Clock clock_;
  std::atomic<std::size_t> creating_{0};
  boost::asio::thread_pool late_{1};
};

}  // namespace ringdex::server

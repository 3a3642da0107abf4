#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "index/history/inbox.h"
#include "index/history/ledger.h"
#include "index/index.h"
#include "sync/connector.h"
#include "sync/mirror/live_search.h"
#include "sync/mirror/record_refresher.h"
#include "sync/mirror/source_preview.h"
#include "sync/mirror/syncer.h"
#include "sync/webhooks/webhook_intake.h"

namespace ringdex::sync {

// One configured source with all that its threads need.
struct SourceSetup {
  SyncerOptions syncer;
  RecordRefresherOptions refresher;
  WebhookIntakeOptions webhooks;
  std::string type;                        // the connector's name
  std::string label;                       // shown with each candidate
  std::shared_ptr<void> shared;            // what both connectors use; outlives them
  std::unique_ptr<Connector> listing;      // pages
  std::unique_ptr<Connector> by_id;        // single records
  std::unique_ptr<Connector> interactive;  // what somebody waits for: previews, searches while a phone rings
  bool live = false;                       // whether unknown numbers are asked for
  std::function<void()> cancel;            // ends requests in flight, from any thread
};

struct SourceOverview {
  std::string account;
  std::string source;
  std::string type;
  std::string label;
  std::chrono::milliseconds interval{};
  SourceStatus status;
  RequestsLeft requests_left;
};

// Runs every source on threads of its own: one for its pages, one for its single records, one for what somebody waits
// for. A source that hangs or fails holds up nobody else. Any thread may call; start() and stop() once each.
class Sources {
 public:
  Sources(index::Index& index, index::Inbox& inbox, index::Ledger& ledger);
  ~Sources();

  void add(SourceSetup setup);  // before start()
  void start();
  // Returns when every thread has ended; a page in hand is committed, requests in flight are cancelled.
  void stop();

  std::vector<SourceOverview> overview(const std::string& account) const;
  bool has(const std::string& account, const std::string& source) const { return find(account, source) != nullptr; }

  // Each of these is false or nothing if there is no such source.
  bool request_run(const std::string& account, const std::string& source, RunKind kind);
  std::optional<std::future<ResyncAnswer>> resync(const std::string& account, const index::RecordId& id);
  bool resync(const std::string& account, const index::RecordId& id, RecordRefresher::Done done);
  std::expected<WebhookAccepted, WebhookFailure> accept_webhook(const std::string& account, const std::string& source,
                                                                const WebhookRequest& request);
  // An empty source means all of the account.
  RefusedWebhooks refused_webhooks(const std::string& account, const std::string& source) const;
  std::expected<index::ApplyResult, index::IndexError> confirm_sweep(const std::string& account,
                                                                     const std::string& source);
  // On, paused or disabled; kept over a restart.
  std::expected<void, index::IndexError> set_mode(const std::string& account, const std::string& source,
                                                  index::SourceState::Mode mode);
  std::optional<std::future<PreviewAnswer>> preview(const std::string& account, const std::string& source,
                                                    std::size_t records_max);
  // Forgets all of a source that is disabled; gives the number of records that it had.
  std::expected<std::uint64_t, index::IndexError> purge(const std::string& account, const std::string& source);

  // Asks all sources of the account that are asked for unknown numbers. `done` is called once for each that is asked,
  // on a thread of its own, and must not block. Gives how many are asked.
  std::size_t ask_live(const std::string& account, telephony::PhoneNumber number, const LiveSearch::Done& done);
  bool has_live(std::string_view account) const;

 private:
  // Sleeps until due or nudged.
  struct Worker {
    std::mutex mutex;
    std::condition_variable wake;
    bool nudged = false;  // under mutex
    bool ended = false;   // under mutex
    std::jthread thread;
    void nudge();
    void run(std::stop_token stop, const std::function<TimePoint(TimePoint)>& step);
    // Returns when the thread, which was asked to stop, has ended.
    void join(const std::function<void()>& cancel);
  };
  struct Source {
    SourceSetup setup;
    Syncer syncer;
    RecordRefresher refresher;
    WebhookIntake webhooks;
    SourcePreview preview;
    LiveSearch live;
    Worker listing_worker;
    Worker by_id_worker;
    Worker interactive_worker;
    Source(SourceSetup given, index::Index& index, index::Inbox& inbox, index::Ledger& ledger);
  };
  Source* find(const std::string& account, const std::string& source) const;
  static void tell_mode(Source& source, index::SourceState::Mode mode);

  index::Index& index_;
  index::Inbox& inbox_;
  index::Ledger& ledger_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::atomic<bool> stopping_{false};
};

}  // namespace ringdex::sync

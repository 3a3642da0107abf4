#include "server/app.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>
#include <utility>

#include "config/logging/log.h"
#include "index/calls/journal.h"
#include "index/history/inbox.h"
#include "index/history/ledger.h"
#include "index/index.h"
#include "index/store/background.h"
#include "index/store/store.h"
#include "server/access/api_keys.h"
#include "server/access/console_sessions.h"
#include "server/api/caller_name.h"
#include "server/api/calls.h"
#include "server/api/console_pages.h"
#include "server/api/console_session.h"
#include "server/api/events.h"
#include "server/api/keys.h"
#include "server/api/local_records.h"
#include "server/api/lookup.h"
#include "server/api/operations.h"
#include "server/api/phone_books.h"
#include "server/api/record_cards.h"
#include "server/api/record_search.h"
#include "server/api/records.h"
#include "server/api/run_files.h"
#include "server/api/runs.h"
#include "server/api/shared_numbers.h"
#include "server/api/sources.h"
#include "server/api/template_3cx.h"
#include "server/api/usage.h"
#include "server/api/webhook_events.h"
#include "server/api/webhooks.h"
#include "server/assembly/account_settings.h"
#include "server/assembly/door_options.h"
#include "server/assembly/source_factory.h"
#include "server/assembly/source_metrics.h"
#include "server/assembly/usage_keeping.h"
#include "server/calls/call_actions.h"
#include "server/calls/call_book.h"
#include "server/calls/call_retention.h"
#include "server/calls/call_service.h"
#include "server/doors/door_lookups.h"
#include "server/events/event_hub.h"
#include "server/fastagi/fastagi_door.h"
#include "server/http/http_server.h"
#include "server/ldap/ldap_door.h"
#include "server/lookup/directory.h"
#include "server/lookup/live_lookups.h"
#include "server/lookup/local_records.h"
#include "server/lookup/lookup_service.h"
#include "sync/mirror/sync_scheduler.h"
#include "telephony/formats/display_name.h"
#include "telephony/number/number_parser.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBlockCacheBytes = 128 << 20;
constexpr std::chrono::milliseconds kResyncDeadline = 10s;
constexpr std::chrono::milliseconds kAnswersDeadline = 2s;
constexpr std::chrono::seconds kKeysInterval{1};
constexpr std::chrono::hours kRetentionInterval{1};
constexpr std::chrono::days kWebhooksKept{30};
constexpr std::array<std::chrono::milliseconds, 3> kAboutRetries{2s, 10s, 60s};
// The index's writer waits for a step, and comes in between two.
constexpr std::size_t kTableStep = 1'000;
constexpr std::chrono::microseconds kTablePause{200};

index::TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// One generator for all jitter; any thread may draw.
std::function<double()> random_draw() {
  struct Generator {
    std::mutex mutex;
    std::mt19937_64 engine{std::random_device{}()};
  };
  return [generator = std::make_shared<Generator>()] {
    const std::lock_guard lock(generator->mutex);
    return std::uniform_real_distribution<double>(0.0, 1.0)(generator->engine);
  };
}

std::uint64_t random_key() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::expected<EventsRemembered, index::IndexError> events_since(const index::Journal& journal,
                                                                const EventsAsked& asked) {
  auto since = journal.events_since(asked.account, asked.agent, asked.after, asked.events_max);
  if (!since) return std::unexpected(since.error());
  return EventsRemembered{since->newest, std::move(since->events), since->forgotten, since->too_many};
}

std::string listed(const std::vector<config::Problem>& problems) {
  std::string text;
  for (const auto& problem : problems)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", problem.place, problem.message);
  return text;
}

}  // namespace

struct App::Parts {
  Parts(const config::Config& given, std::string path, std::unique_ptr<index::Store> opened,
        std::unique_ptr<index::Journal> opened_journal)
      : config(given),
        config_path(std::move(path)),
        store(std::move(opened)),
        journal(std::move(opened_journal)),
        index(*store),
        inbox(*store),
        ledger(*store),
        scheduler(index, inbox, ledger),
        usage(*store, wall_clock()),
        usage_keeping(usage, wall_clock),
        lookups(parser, index, picks, {}),
        live([this](const std::string& account, telephony::PhoneNumber number,
                    const LiveLookups::Done& done) { return scheduler.ask_live(account, number, done); },
             [this](std::string_view account) { return scheduler.has_live(account); }),
        api_lookups(lookups, metrics, wall_clock, given.log.mask_numbers, &live),
        text_lookups(api_lookups.for_asker(AskedBy::text)),
        template_lookups(api_lookups.for_asker(AskedBy::template_3cx)),
        phone_book_lookups(api_lookups.for_asker(AskedBy::phone_book)),
        agi_lookups(api_lookups.for_asker(AskedBy::fastagi)),
        ldap_lookups(api_lookups.for_asker(AskedBy::ldap)),
        directory(index, lookups),
        own_address(given.http.public_url, given.http.tls.has_value()),
        events({.subscriptions_max = given.http.connections_max / 2}),
        book(*journal, picks,
             [this](const std::string& account, const index::CallEvent& event) { events.publish(account, event); }),
        locals(parser, lookups, index),
        updates(CallLookup(index, lookups, wall_clock), book, locals,
                [this](const std::string& account, const index::RecordId& id, std::function<void(bool)> done) {
                  return fetch(account, id, std::move(done));
                },
                wall_clock, {kAboutRetries.begin(), kAboutRetries.end()}),
        calls(CallLookup(index, lookups, wall_clock), lookups, book, locals, live, updates, metrics, wall_clock),
        actions(index, book, locals, wall_clock),
        keys(config.data_dir + "/keys.json"),
        sessions(config.data_dir + "/sessions.json", SessionCookie(is_over_tls(given.http)), wall_clock) {}

  config::Config config;
  const std::string config_path;
  telephony::NumberParser parser;
  std::unique_ptr<index::Store> store;
  std::unique_ptr<index::Journal> journal;
  index::Index index;
  index::Inbox inbox;
  index::Ledger ledger;
  sync::SyncScheduler scheduler;
  Metrics metrics;
  LookupUsage usage;
  UsageKeeping usage_keeping;
  RememberedPicks picks;
  LookupService lookups;
  LiveLookups live;
  DoorLookups api_lookups;
  DoorLookups text_lookups;
  DoorLookups template_lookups;
  DoorLookups phone_book_lookups;
  DoorLookups agi_lookups;
  DoorLookups ldap_lookups;
  Directory directory;
  OwnAddress own_address;
  std::optional<RecordLinks> links;
  EventHub events;
  CallBook book;
  LocalRecords locals;
  CallUpdates updates;
  CallService calls;
  CallActions actions;
  ApiKeys keys;
  ConsoleSessions sessions;
  std::optional<HttpRouter> router;
  std::optional<HttpServer> http;
  std::optional<FastAgiDoor> fastagi;
  std::optional<LdapDoor> ldap;
  boost::asio::io_context signals;
  std::jthread loading;     // of the number table
  std::jthread forgetting;  // of old calls and webhook events

  std::vector<HttpRoute> routes();
  std::expected<void, std::string> open_doors();
  AgiAnswerOptions::Link jcard_link() const;
  std::expected<void, std::string> start();
  void reload();
  void watch_keys(boost::asio::steady_timer& timer);
  void load_table(const std::stop_token& stopping);
  void forget_old(const std::stop_token& stopping);
  bool fetch(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done);
  void stop();
};

std::vector<HttpRoute> App::Parts::routes() {
  std::vector<HttpRoute> all;
  const auto add = [&all](std::vector<HttpRoute> some) { std::ranges::move(some, std::back_inserter(all)); };
  add(lookup_routes(api_lookups));
  add(caller_name_routes(text_lookups, *links, own_address));
  add(phone_book_routes(phone_book_lookups, directory, own_address));
  add(template_3cx_routes(template_lookups, own_address));
  add(record_card_routes(index, *links, wall_clock));
  add(record_search_routes(directory));
  add(record_routes(index, scheduler, kResyncDeadline));
  add(local_record_routes(locals, updates, index, wall_clock));
  add(call_routes(calls, actions, *journal, index, lookups));
  add(event_routes(events, [this](const EventsAsked& asked) { return events_since(*journal, asked); }));
  const auto zone = [this](const std::string& account) { return lookups.time_zone(account); };
  add(source_routes(index, ledger, scheduler, wall_clock, zone));
  add(run_routes(ledger));
  add(run_file_routes(ledger));
  add(shared_number_routes(index, lookups));
  add(usage_routes(usage, wall_clock));
  add(key_routes(keys, wall_clock));
  add(webhook_routes(scheduler, metrics));
  add(webhook_event_routes(inbox, scheduler));
  add(operation_routes(index, metrics, [this](const std::string& account) {
    return source_metrics(scheduler, index, account, wall_clock());
  }));
  add(console_session_routes(sessions, keys, own_address));
  add(console_page_routes());
  return all;
}

// For a channel variable, which needs an address that the callee's phone can reach.
AgiAnswerOptions::Link App::Parts::jcard_link() const {
  if (!own_address.is_configured()) return {};
  return [this](std::string_view account, const index::RecordId& id) {
    return own_address.configured() + links->path_to(account, id, wall_clock());
  };
}

// What listens, each once all that it asks is there.
std::expected<void, std::string> App::Parts::open_doors() {
  if (auto fits = check_reach(keys, "http", config.http.listen, config.http.networks, config_path); !fits) return fits;
  router.emplace(routes(), keys, HttpTrust{trusted(config.http.networks), config.http.host_names}, &sessions);
  http.emplace(http_options(config.http, wall_clock), *router, metrics);
  if (auto listening = http->start(); !listening) return listening;
  if (const auto& from = config.fastagi) {
    if (auto fits = check_reach(keys, "fastagi", from->listen, from->networks, config_path); !fits) return fits;
    fastagi.emplace(fastagi_options(*from, jcard_link()), agi_lookups, DoorAccess(keys, trusted(from->networks)),
                    metrics.door(Door::fastagi));
    if (auto listening = fastagi->start(); !listening) return listening;
  }
  if (const auto& from = config.ldap) {
    if (auto fits = check_reach(keys, "ldap", from->listen, from->networks, config_path); !fits) return fits;
    ldap.emplace(ldap_options(*from), ldap_lookups, directory, DoorAccess(keys, trusted(from->networks)),
                 metrics.door(Door::ldap));
    if (auto listening = ldap->start(); !listening) return listening;
  }
  return {};
}

std::expected<void, std::string> App::Parts::start() {
  auto accounts = account_settings(config, parser);
  if (!accounts) return std::unexpected(listed(accounts.error()));
  lookups.set_accounts(usage.attached(std::move(*accounts)));
  if (auto loaded = keys.load(); !loaded) return loaded;
  if (auto loaded = sessions.load(); !loaded) log::error("every browser must sign in again: {}", loaded.error());
  auto opened_links = RecordLinks::open(config.data_dir + "/links.secret");
  if (!opened_links) return std::unexpected(opened_links.error());
  links.emplace(std::move(*opened_links));
  if (auto loaded = book.load(); !loaded) return std::unexpected(loaded.error().message);
  const auto draw = random_draw();
  for (const config::SourceConfig& source : config.sources) {
    scheduler.add(make_source(source, config.accounts.at(source.account), config.data_dir, parser, draw));
  }
  if (auto open = open_doors(); !open) return open;
  scheduler.start();
  loading = std::jthread([this](const std::stop_token& stopping) { load_table(stopping); });
  forgetting = std::jthread([this](const std::stop_token& stopping) { forget_old(stopping); });
  usage_keeping.start();
  return {};
}

// At start and then each hour.
void App::Parts::forget_old(const std::stop_token& stopping) {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  while (!stopping.stop_requested()) {
    try {
      const auto done = forget_old_calls(*journal, picks, lookups, wall_clock(), stopping);
      if (!done) log::error("old calls are kept: {}", done.error().message);
      const auto trimmed = inbox.forget_settled_before(wall_clock() - kWebhooksKept);
      if (!trimmed) log::error("old webhook events are kept: {}", trimmed.error().message);
    } catch (const std::exception& error) {
      log::error("old calls are kept: {}", error.what());
    }
    ended.wait_for(lock, stopping, kRetentionInterval, [] { return false; });
  }
}

bool App::Parts::fetch(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done) {
  return scheduler.resync(account, id, [done = std::move(done)](const sync::ResyncAnswer& answer) {
    using Outcome = sync::ResyncAnswer::Outcome;
    done(answer.outcome == Outcome::updated || answer.outcome == Outcome::unchanged ||
         answer.outcome == Outcome::merged);
  });
}

// Lookups are answered meanwhile, out of RocksDB.
void App::Parts::load_table(const std::stop_token& stopping) {
  index::lower_thread_priority();
  // Else the first ring of each country would wait for it.
  parser.compile_all_plans();
  if (!stopping.stop_requested()) telephony::prepare_display_names();
  const Metrics::Timer timer;
  while (!stopping.stop_requested()) {
    const auto done = index.load_table(kTableStep);
    if (!done) return log::error("lookups are answered from disk: {}", done.error().message);
    if (*done) break;
    std::this_thread::sleep_for(kTablePause);
  }
  log::info("the number table takes {} MiB, loaded in {:.1f} s", index.table_bytes() >> 20,
            std::chrono::duration<double>(timer.elapsed()).count());
}

void App::Parts::reload() {
  if (const auto loaded = keys.load(); !loaded) log::error("keys are kept as they were: {}", loaded.error());
  auto fresh = config::load_file(config_path);
  if (!fresh.config) {
    log::error("the config is kept as it was:\n{}", listed(fresh.problems));
    return;
  }
  // Sources and listeners are made at start; their settings wait for a restart.
  config::Config combined = config;
  combined.accounts = fresh.config->accounts;
  for (const config::SourceConfig& source : combined.sources) combined.accounts.try_emplace(source.account);
  auto accounts = account_settings(combined, parser);
  if (!accounts) {
    log::error("the config is kept as it was:\n{}", listed(accounts.error()));
    return;
  }
  lookups.set_accounts(usage.attached(std::move(*accounts)));
  config.accounts = std::move(combined.accounts);
  log::set_level(fresh.config->log.level);
  log::info(
      "reloaded: keys, log level, and the accounts' settings for lookups; changes of data_dir, http, fastagi, ldap and "
      "sources, and of the region with which a source's numbers are read, need a restart");
}

// A key made or removed by the command line counts within a second, also without SIGHUP.
void App::Parts::watch_keys(boost::asio::steady_timer& timer) {
  timer.expires_after(kKeysInterval);
  timer.async_wait([this, &timer](boost::system::error_code error) {
    if (error) return;
    if (const auto loaded = keys.load(); !loaded) log::error("keys are kept as they were: {}", loaded.error());
    watch_keys(timer);
  });
}

void App::Parts::stop() {
  loading.request_stop();
  forgetting.request_stop();
  scheduler.stop();
  const Metrics::Timer waited;
  const auto left = [&] {
    return std::max(kAnswersDeadline - std::chrono::floor<std::chrono::milliseconds>(waited.elapsed()), 0ms);
  };
  if (http) http->begin_stop();
  if (fastagi) fastagi->begin_stop();
  if (ldap) ldap->begin_stop();
  if (http) http->stop(left());
  if (fastagi) fastagi->stop(left());
  if (ldap) ldap->stop(left());
  updates.stop();
  if (loading.joinable()) loading.join();
  if (forgetting.joinable()) forgetting.join();
  usage_keeping.stop();
}

App::App() = default;
App::~App() {
  if (parts_) parts_->stop();
}

std::expected<std::unique_ptr<App>, std::string> App::start(const config::Config& config,
                                                            const std::string& config_path) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) return std::unexpected(fmt::format("cannot make data_dir {}: {}", config.data_dir, error.message()));
  std::filesystem::permissions(config.data_dir, std::filesystem::perms::owner_all, error);
  auto store = index::Store::open({.path = config.data_dir + "/index",
                                   .block_cache_bytes = kBlockCacheBytes,
                                   .card_bytes_max = config.index.memory_bytes_max,
                                   .hash_key = random_key()});
  if (!store) return std::unexpected(store.error().message);
  auto journal = index::Journal::open(config.data_dir + "/calls");
  if (!journal) return std::unexpected(journal.error().message);
  std::unique_ptr<App> app(new App());
  app->parts_ = std::make_unique<Parts>(config, config_path, std::move(*store), std::move(*journal));
  if (auto started = app->parts_->start(); !started) return std::unexpected(started.error());
  return app;
}

std::vector<std::string> App::addresses() const {
  const config::Config& config = parts_->config;
  std::vector<std::string> all;
  const auto add = [&all](std::string_view scheme, const config::Listen& listen, std::uint16_t port) {
    all.push_back(address_text(scheme, listen, port));
  };
  add(config.http.tls ? "https" : "http", config.http.listen, parts_->http->port());
  if (parts_->fastagi) add("agi", config.fastagi->listen, parts_->fastagi->port());
  if (parts_->ldap) add("ldap", config.ldap->listen, parts_->ldap->port());
  if (parts_->ldap && config.ldap->tls_listen) add("ldaps", *config.ldap->tls_listen, parts_->ldap->tls_port());
  return all;
}

void App::run() {
  boost::asio::io_context& context = parts_->signals;
  boost::asio::signal_set ending(context, SIGTERM, SIGINT);
  boost::asio::signal_set reloading(context, SIGHUP);
  boost::asio::steady_timer timer(context);
  ending.async_wait([&](boost::system::error_code, int signal) {
    log::info("stopping on signal {}", signal);
    context.stop();
  });
  const std::function<void(boost::system::error_code, int)> on_reload = [&](boost::system::error_code error, int) {
    if (error) return;
    parts_->reload();
    reloading.async_wait(on_reload);
  };
  reloading.async_wait(on_reload);
  parts_->watch_keys(timer);
  context.run();
  parts_->stop();
}

}  // namespace ringdex::server

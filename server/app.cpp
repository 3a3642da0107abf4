#include "server/app.h"

#include <fmt/core.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <mutex>
#include <random>
#include <utility>

#include "config/logging/log.h"
#include "server/assembly/access.h"
#include "server/assembly/account_settings.h"
#include "server/assembly/call_parts.h"
#include "server/assembly/doors.h"
#include "server/assembly/jobs.h"
#include "server/assembly/lookups.h"
#include "server/assembly/mirror.h"
#include "server/assembly/storage.h"

namespace ringdex::server {
namespace {

// For the answers in hand when it stops.
constexpr std::chrono::seconds kAnswersDeadline{2};

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

std::string listed(const std::vector<config::Problem>& problems) {
  std::string text;
  for (const auto& problem : problems)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", problem.place, problem.message);
  return text;
}

}  // namespace

// The rooms, each standing on those above it.
struct App::Parts {
  Parts(const config::Config& given, std::string path, std::unique_ptr<Storage> opened)
      : config(given),
        config_path(std::move(path)),
        storage(std::move(opened)),
        mirror(*storage),
        lookups(*storage, mirror, parser, metrics, wall_clock, given.log.mask_numbers),
        calls(*storage, mirror, lookups, metrics, given.http, wall_clock),
        access(given, wall_clock),
        doors(given.http),
        jobs(wall_clock) {}

  std::expected<void, std::string> start();
  void reload();
  void run();
  void stop();

  config::Config config;  // as it is in force: a reload takes over the accounts alone
  const std::string config_path;
  telephony::NumberParser parser;  // of every number; the one that holds libphonenumber
  Metrics metrics;                 // what every room counts
  std::unique_ptr<Storage> storage;
  Mirror mirror;
  Lookups lookups;
  Calls calls;
  Access access;
  Doors doors;
  BackgroundJobs jobs;
  boost::asio::io_context signals;  // of the thread that runs the server

 private:
  std::expected<void, std::string> set_accounts(const config::Config& from);
};

// What the doors answer with is loaded before they open, and nothing works in the background before that.
std::expected<void, std::string> App::Parts::start() {
  if (auto set = set_accounts(config); !set) return set;
  if (auto loaded = access.load(); !loaded) return loaded;
  if (auto loaded = calls.book.load(); !loaded) return std::unexpected(loaded.error().message);
  mirror.add_sources(config, parser, random_draw());
  const Asked asked{*storage, mirror, lookups, calls, access, metrics};
  if (auto open = doors.open(config, config_path, asked, wall_clock); !open) return open;
  mirror.scheduler.start();
  jobs.start(background_jobs(*storage, lookups, access.keys, parser, wall_clock));
  return {};
}

std::expected<void, std::string> App::Parts::set_accounts(const config::Config& from) {
  auto accounts = account_settings(from, parser);
  if (!accounts) return std::unexpected(listed(accounts.error()));
  lookups.service.set_accounts(storage->usage.attached(std::move(*accounts)));
  return {};
}

void App::Parts::reload() {
  if (const auto loaded = access.keys.load(); !loaded) log::error("keys are kept as they were: {}", loaded.error());
  auto fresh = config::load_file(config_path);
  if (!fresh.config) return log::error("the config is kept as it was:\n{}", listed(fresh.problems));
  // Sources and listeners are made at start; their settings wait for a restart.
  config::Config combined = config;
  combined.accounts = fresh.config->accounts;
  for (const config::SourceConfig& source : combined.sources) combined.accounts.try_emplace(source.account);
  if (const auto set = set_accounts(combined); !set) {
    return log::error("the config is kept as it was:\n{}", set.error());
  }
  config.accounts = std::move(combined.accounts);
  log::set_level(fresh.config->log.level);
  log::info(
      "reloaded: keys, log level, and the accounts' settings for lookups; changes of data_dir, http, fastagi, ldap and "
      "sources, and of the region with which a source's numbers are read, need a restart");
}

void App::Parts::run() {
  boost::asio::signal_set ending(signals, SIGTERM, SIGINT);
  boost::asio::signal_set reloading(signals, SIGHUP);
  ending.async_wait([&](boost::system::error_code, int signal) {
    log::info("stopping on signal {}", signal);
    signals.stop();
  });
  const std::function<void(boost::system::error_code, int)> on_reload = [&](boost::system::error_code error, int) {
    if (error) return;
    reload();
    reloading.async_wait(on_reload);
  };
  reloading.async_wait(on_reload);
  signals.run();
}

// The sources first, since their threads write; then the doors, and what the last answers left to be done. The last
// lookups are counted once no more can come. More than once does no harm.
void App::Parts::stop() {
  jobs.begin_stop();
  mirror.scheduler.stop();
  doors.stop(kAnswersDeadline);
  calls.later.stop();
  jobs.stop();
}

App::App() = default;
App::~App() {
  if (parts_) parts_->stop();
}

std::expected<std::unique_ptr<App>, std::string> App::start(const config::Config& config,
                                                            const std::string& config_path) {
  auto storage = open_storage(config, random_key(), wall_clock());
  if (!storage) return std::unexpected(storage.error());
  std::unique_ptr<App> app(new App());
  app->parts_ = std::make_unique<Parts>(config, config_path, std::move(*storage));
  if (auto started = app->parts_->start(); !started) return std::unexpected(started.error());
  return app;
}

std::vector<std::string> App::addresses() const {
  return parts_->doors.addresses(parts_->config);
}

void App::run() {
  parts_->run();
  parts_->stop();
}

}  // namespace ringdex::server

#include "server/assembly/call_parts.h"

#include <array>
#include <chrono>
#include <utility>

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::chrono::milliseconds, 3> kAboutRetries{2s, 10s, 60s};

}  // namespace

Calls::Calls(Storage& storage, Mirror& mirror, Lookups& lookups, Metrics& metrics, const config::HttpConfig& http,
             const Clock& clock)
    // The other half of the connections is left to requests.
    : events({.subscriptions_max = http.connections_max / 2}),
      book(*storage.journal, lookups.picks,
           [this](const std::string& account, const index::CallEvent& event) { events.publish(account, event); }),
      about(
          storage.index,
          [&mirror](const std::string& account, const index::RecordId& id, std::function<void(bool)> done) {
            return mirror.fetch(account, id, std::move(done));
          },
          later),
      updates(lookups.search, about, book, later, {kAboutRetries.begin(), kAboutRetries.end()}),
      service(lookups.search, lookups.counts, about, book, updates, metrics),
      actions(storage.index, book, lookups.locals, clock) {}

}  // namespace ringdex::server

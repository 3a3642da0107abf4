#include "server/assembly/routes.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

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
#include "server/assembly/source_metrics.h"

namespace ringdex::server {
namespace {

constexpr std::chrono::seconds kResyncDeadline{10};

std::expected<EventsRemembered, index::IndexError> events_since(const index::Journal& journal,
                                                                const EventsAsked& asked) {
  auto since = journal.events_since(asked.account, asked.agent, asked.after, asked.events_max);
  if (!since) return std::unexpected(since.error());
  return EventsRemembered{since->newest, std::move(since->events), since->forgotten, since->too_many};
}

}  // namespace

std::vector<HttpRoute> all_routes(const Asked& asked, const OwnAddress& own_address, const Clock& clock) {
  auto& [storage, mirror, lookups, calls, access, metrics] = asked;
  index::Index& index = storage.index;
  index::Journal& journal = *storage.journal;
  sync::SyncScheduler& scheduler = mirror.scheduler;

  std::vector<HttpRoute> all;
  const auto add = [&all](std::vector<HttpRoute> some) { std::ranges::move(some, std::back_inserter(all)); };
  add(lookup_routes(lookups.by(AskedBy::api)));
  add(caller_name_routes(lookups.by(AskedBy::text), *access.links, own_address));
  add(phone_book_routes(lookups.by(AskedBy::phone_book), lookups.directory, own_address));
  add(template_3cx_routes(lookups.by(AskedBy::template_3cx), own_address));
  add(record_card_routes(index, *access.links, clock));
  add(record_search_routes(lookups.directory));
  add(record_routes(index, scheduler, kResyncDeadline));
  add(local_record_routes(lookups.locals, calls.updates, index, clock));
  add(call_routes(calls.service, calls.actions, journal, index, lookups.service));
  add(event_routes(calls.events, [&journal](const EventsAsked& wanted) { return events_since(journal, wanted); }));
  const auto zone = [&service = lookups.service](const std::string& account) { return service.time_zone(account); };
  add(source_routes(index, storage.ledger, scheduler, clock, zone));
  add(run_routes(storage.ledger));
  add(run_file_routes(storage.ledger));
  add(shared_number_routes(index, lookups.service));
  add(usage_routes(storage.usage, clock));
  add(key_routes(access.keys, clock));
  add(webhook_routes(scheduler, metrics));
  add(webhook_event_routes(storage.inbox, scheduler));
  add(operation_routes(index, metrics, [&scheduler, &index, clock](const std::string& account) {
    return source_metrics(scheduler, index, account, clock());
  }));
  add(console_session_routes(access.sessions, access.keys, own_address));
  add(console_page_routes());
  return all;
}

}  // namespace ringdex::server

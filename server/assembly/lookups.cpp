#include "server/assembly/lookups.h"

#include <utility>

namespace ringdex::server {
Lookups::Lookups(Storage& storage, Mirror& mirror, const telephony::NumberParser& parser, Metrics& metrics, Clock clock,
                 bool mask_numbers)
    : service(parser, storage.index, picks, {}),
      live([&mirror](const std::string& account, telephony::PhoneNumber number,
                     const LiveLookups::Done& done) { return mirror.sources.ask_live(account, number, done); },
           [&mirror](std::string_view account) { return mirror.sources.has_live(account); }),
      locals(parser, service, storage.index),
      search(service, std::move(clock), &live, &locals),
      counts(metrics, mask_numbers),
      directory(storage.index, service) {}

}  // namespace ringdex::server

#include "server/assembly/lookups.h"

#include <utility>

namespace ringdex::server {
namespace {

std::array<DoorLookups, kAskers> for_all(const DoorLookups& lookups) {
  return [&]<std::size_t... kAsker>(std::index_sequence<kAsker...>) {
    return std::array<DoorLookups, kAskers>{lookups.for_asker(static_cast<AskedBy>(kAsker))...};
  }(std::make_index_sequence<kAskers>());
}

}  // namespace

Lookups::Lookups(Storage& storage, Mirror& mirror, const telephony::NumberParser& parser, Metrics& metrics, Clock clock,
                 bool mask_numbers)
    : service(parser, storage.index, picks, {}),
      live([&mirror](const std::string& account, telephony::PhoneNumber number,
                     const LiveLookups::Done& done) { return mirror.scheduler.ask_live(account, number, done); },
           [&mirror](std::string_view account) { return mirror.scheduler.has_live(account); }),
      locals(parser, service, storage.index),
      directory(storage.index, service),
      doors(for_all(DoorLookups(service, metrics, std::move(clock), mask_numbers, &live))) {}

}  // namespace ringdex::server

#include "server/doors/door_lookups.h"

#include <utility>

namespace ringdex::server {

DoorLookups::Found DoorLookups::answer(const LookupRequest& request, std::vector<std::string>* steps) const {
  const Metrics::Timer timer;
  auto found = search_->look(request, steps);
  counts_->count(asker_, request, found, timer.elapsed());
  return found;
}

DoorLookups::Begun DoorLookups::begin(const LookupRequest& request) const {
  const Metrics::Timer timer;
  Begun begun{search_->look(request), nullptr};
  if (auto permit = search_->permit_to_ask(request, begun.answer)) {
    // A view that is held keeps old versions in memory.
    begun.answer = std::unexpected(LookupError{});
    begun.waiting = std::make_unique<WaitingSearch>(request, std::move(*permit));
  } else {
    counts_->count(asker_, request, begun.answer, timer.elapsed());
  }
  return begun;
}

DoorLookups::Found DoorLookups::finish(const WaitingSearch& waiting, std::chrono::milliseconds timeout) const {
  const Metrics::Timer timer;
  auto result = search_->finish(waiting, timeout);
  counts_->count(asker_, waiting.request(), result, timer.elapsed());
  return std::move(result.answer);
}

}  // namespace ringdex::server

#include "bench/ring_ledger.h"

#include <charconv>
#include <utility>

namespace ringdex::bench {
namespace {

bool read_whole(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

RingLedger::RingLedger(std::string prefix, std::size_t agents, std::size_t account_listeners,
                       std::size_t rings_expected)
    : prefix_(std::move(prefix)),
      mark_("\"id\":\"" + prefix_),
      agents_(agents),
      last_ids_(agents + account_listeners),
      told_of_account_(account_listeners) {
  rings_.reserve(rings_expected);
  for (auto& told : told_of_account_) told.reserve(rings_expected);
}

std::size_t RingLedger::begin(std::size_t agent, Time due, bool counted) {
  rings_.push_back({.agent = agent, .due = due, .counted = counted});
  for (auto& told : told_of_account_) told.push_back(false);
  outstanding_ += 1 + told_of_account_.size();
  return rings_.size() - 1;
}

void RingLedger::forget(std::size_t ring) {
  if (std::exchange(rings_[ring].forgotten, true)) return;
  if (!rings_[ring].told) --outstanding_;
  for (const auto& told : told_of_account_) {
    if (!told[ring]) --outstanding_;
  }
}

void RingLedger::hear(std::size_t listener, std::string_view id, std::string_view type, std::string_view data,
                      Time now) {
  std::uint64_t event = 0;
  if (!read_whole(id, event)) {
    ++faults_.strange;
    return;
  }
  // The first event says which is the newest, 0 if there never was one.
  const bool is_first = type == "ready";
  if (event < last_ids_[listener] || (event == last_ids_[listener] && !is_first)) ++faults_.disordered;
  last_ids_[listener] = event;
  if (is_first) return;
  std::size_t ring = 0;
  if (!number_of(data, ring)) {
    // What became known of an older call is no fault.
    if (type != "changed") ++faults_.strange;
    return;
  }
  ++heard_;
  if (listener < agents_ && rings_[ring].agent != listener) {
    ++faults_.misplaced;
  } else if (type == "ringing") {
    hear_ring(listener, ring, now);
  }
}

bool RingLedger::number_of(std::string_view data, std::size_t& number) const {
  const std::size_t at = data.find(mark_);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = data.substr(at + mark_.size());
  std::uint64_t value = 0;
  if (!read_whole(rest.substr(0, rest.find('"')), value) || value >= rings_.size()) return false;
  number = static_cast<std::size_t>(value);
  return true;
}

void RingLedger::hear_ring(std::size_t listener, std::size_t number, Time now) {
  Ring& ring = rings_[number];
  bool again = false;
  if (listener < agents_) {
    again = std::exchange(ring.told, true);
  } else {
    auto told = told_of_account_[listener - agents_].begin() + static_cast<std::ptrdiff_t>(number);
    again = *told;
    *told = true;
  }
  if (again) {
    ++faults_.repeated;
    return;
  }
  if (ring.forgotten) return;
  --outstanding_;
  if (ring.counted) (listener < agents_ ? latency_ : account_latency_).record(now - ring.due);
}

RingFaults RingLedger::close() const {
  RingFaults faults = faults_;
  faults.lost += outstanding_;
  return faults;
}

}  // namespace ringdex::bench

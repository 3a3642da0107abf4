#include "index/records/settled_event.h"

#include "index/records/index_key.h"

namespace ringdex::index {
namespace {

constexpr char kEventVersion = 1;
constexpr std::uint64_t EventChanges::* kCounters[] = {&EventChanges::added, &EventChanges::updated,
                                                       &EventChanges::deleted, &EventChanges::merged,
                                                       &EventChanges::renamed};
constexpr std::size_t kTimeAt = 2;
constexpr std::size_t kCountsAt = kTimeAt + sizeof(std::uint64_t);
constexpr std::size_t kDetailBytesAt = kCountsAt + std::size(kCounters) * sizeof(std::uint64_t);
constexpr std::size_t kDetailAt = kDetailBytesAt + sizeof(std::uint32_t);

std::uint64_t read_u64_at(std::string_view bytes, std::size_t place) {
  return key::read_u64(bytes.substr(place, sizeof(std::uint64_t)));
}

}  // namespace

EventChanges& EventChanges::operator+=(const EventChanges& other) {
  for (const auto member : kCounters) this->*member += other.*member;
  return *this;
}

EventChanges EventChanges::operator-(const EventChanges& before) const {
  EventChanges since = *this;
  for (const auto member : kCounters) since.*member -= before.*member;
  return since;
}

std::string encode_settled_event(const SettledEvent& event, std::string_view payload) {
  std::string out{kEventVersion, static_cast<char>(event.outcome)};
  out += key::u64(static_cast<std::uint64_t>(event.settled_at.time_since_epoch().count()));
  for (const auto member : kCounters) out += key::u64(event.did.*member);
  out += key::u32(static_cast<std::uint32_t>(event.detail.size()));
  out += event.detail;
  return out.append(payload);
}

std::optional<StoredEvent> decode_settled_event(std::string_view bytes) {
  if (bytes.size() < kDetailAt || bytes.front() != kEventVersion) return std::nullopt;
  StoredEvent stored;
  stored.settled.outcome = static_cast<EventOutcome>(bytes[1]);
  if (stored.settled.outcome < EventOutcome::applied || stored.settled.outcome > EventOutcome::given_up) {
    return std::nullopt;
  }
  stored.settled.settled_at =
      TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(read_u64_at(bytes, kTimeAt))));
  std::size_t place = kCountsAt;
  for (const auto member : kCounters) {
    stored.settled.did.*member = read_u64_at(bytes, place);
    place += sizeof(std::uint64_t);
  }
  const std::size_t detail_bytes = key::read_u32(bytes.substr(kDetailBytesAt, sizeof(std::uint32_t)));
  if (detail_bytes > bytes.size() - kDetailAt) return std::nullopt;
  stored.settled.detail = bytes.substr(kDetailAt, detail_bytes);
  stored.payload = bytes.substr(kDetailAt + detail_bytes);
  return stored;
}

}  // namespace ringdex::index

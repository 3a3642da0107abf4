#include "sync/webhooks/hint_codec.h"

#include <algorithm>
#include <utility>

#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

namespace ringdex::sync {
namespace {

using text::JsonView;

constexpr std::size_t kExternalIdBytesMax = 255;

// By name, as they are written.
constexpr std::pair<const char*, std::uint64_t index::EventChanges::*> kCounters[] = {
    {"added", &index::EventChanges::added},
    {"deleted", &index::EventChanges::deleted},
    {"merged", &index::EventChanges::merged},
    {"renamed", &index::EventChanges::renamed},
    {"updated", &index::EventChanges::updated}};

std::int64_t milliseconds(TimePoint time) {
  return time.time_since_epoch().count();
}

// Each of these is false for a value of another type.
template <typename Enum>
bool read_enum(JsonView value, Enum first, Enum last, Enum& into) {
  const auto number = value.integer();
  if (!number || *number < static_cast<std::int64_t>(first) || *number > static_cast<std::int64_t>(last)) return false;
  into = static_cast<Enum>(*number);
  return true;
}

template <std::unsigned_integral Number>
bool read(JsonView value, Number& into) {
  const auto number = value.natural();
  if (!number || !std::in_range<Number>(*number)) return false;
  into = static_cast<Number>(*number);
  return true;
}

bool read(JsonView value, std::string& into) {
  const auto text = value.text();
  if (text) into = *text;
  return text.has_value();
}

bool read(JsonView value, TimePoint& into) {
  const auto since_epoch = value.integer();
  if (since_epoch) into = TimePoint(std::chrono::milliseconds(*since_epoch));
  return since_epoch.has_value();
}

bool read(JsonView value, std::optional<TimePoint>& into) {
  return read(value, into.emplace());
}

bool read(JsonView value, std::vector<std::string>& into) {
  return value.is_list() &&
         std::ranges::all_of(value, [&into](JsonView one) { return read(one, into.emplace_back()); });
}

bool read_if_there(JsonView value, auto& into) {
  return value.is_absent() || read(value, into);
}

bool read_changes(JsonView value, index::EventChanges& into) {
  if (value.is_absent()) return true;
  return value.is_object() && std::ranges::all_of(kCounters, [&](const auto& counter) {
           return read_if_there(value[counter.first], into.*counter.second);
         });
}

bool is_id(const std::string& id) {
  return !id.empty() && id.size() <= kExternalIdBytesMax;
}

}  // namespace

std::string encode_hint(const WaitingHint& waiting) {
  const Hint& hint = waiting.hint;
  std::string out;
  text::JsonWriter writer(out);
  writer.open('{').member("attempts", waiting.attempts).member("both_alive", waiting.both_alive);
  if (waiting.did != index::EventChanges{}) {
    writer.key("did").open('{');
    for (const auto& [name, count] : kCounters) {
      if (waiting.did.*count != 0) writer.member(name, waiting.did.*count);
    }
    writer.close('}');
  }
  writer.member("event_id", hint.event_id)
      .member("happened_at", milliseconds(hint.happened_at))
      .member("ids", hint.ids)
      .member("into", hint.into)
      .member("kind", static_cast<int>(hint.kind));
  if (!waiting.last_error.empty()) writer.member("last_error", waiting.last_error);
  writer.member("not_before", milliseconds(waiting.not_before));
  if (waiting.received_at) writer.member("received_at", milliseconds(*waiting.received_at));
  writer.member("record_kind", static_cast<int>(hint.record_kind))
      .member("type", hint.type)
      .member("unreadable", waiting.unreadable)
      .close('}');
  return out;
}

std::optional<WaitingHint> decode_hint(std::string_view bytes) {
  const auto document = text::JsonDocument::parse(bytes);
  if (!document) return std::nullopt;
  const JsonView in = *document;
  WaitingHint waiting;
  Hint& hint = waiting.hint;
  const bool good =
      read_enum(in["kind"], Hint::Kind::refetch, Hint::Kind::ignored, hint.kind) &&
      read_enum(in["record_kind"], index::RecordKind::contact, index::RecordKind::local, hint.record_kind) &&
      read(in["event_id"], hint.event_id) && read(in["type"], hint.type) && read(in["ids"], hint.ids) &&
      read_if_there(in["into"], hint.into) && read(in["happened_at"], hint.happened_at) &&
      read(in["attempts"], waiting.attempts) && read_if_there(in["unreadable"], waiting.unreadable) &&
      read_if_there(in["both_alive"], waiting.both_alive) && read(in["not_before"], waiting.not_before) &&
      read_if_there(in["received_at"], waiting.received_at) && read_if_there(in["last_error"], waiting.last_error) &&
      read_changes(in["did"], waiting.did);
  if (!good || !std::ranges::all_of(hint.ids, is_id) || hint.into.size() > kExternalIdBytesMax) return std::nullopt;
  return waiting;
}

}  // namespace ringdex::sync

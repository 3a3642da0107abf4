#include "sync/webhooks/hint_codec.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace ringdex::sync {

using nlohmann::json;

namespace {

constexpr std::size_t kExternalIdBytesMax = 255;

constexpr std::pair<const char*, std::uint64_t index::EventChanges::*> kCounters[] = {
    {"added", &index::EventChanges::added},
    {"updated", &index::EventChanges::updated},
    {"deleted", &index::EventChanges::deleted},
    {"merged", &index::EventChanges::merged},
    {"renamed", &index::EventChanges::renamed}};

template <typename Enum>
std::optional<Enum> enum_from(const json& value, Enum first, Enum last) {
  const auto number = value.get<std::int64_t>();
  if (number < static_cast<std::int64_t>(first) || number > static_cast<std::int64_t>(last)) return std::nullopt;
  return static_cast<Enum>(number);
}

}  // namespace

std::string encode_hint(const WaitingHint& waiting) {
  const Hint& hint = waiting.hint;
  json out{{"kind", static_cast<int>(hint.kind)},
           {"event_id", hint.event_id},
           {"type", hint.type},
           {"record_kind", static_cast<int>(hint.record_kind)},
           {"ids", hint.ids},
           {"into", hint.into},
           {"happened_at", hint.happened_at.time_since_epoch().count()},
           {"attempts", waiting.attempts},
           {"unreadable", waiting.unreadable},
           {"both_alive", waiting.both_alive},
           {"not_before", waiting.not_before.time_since_epoch().count()}};
  if (waiting.received_at) out["received_at"] = waiting.received_at->time_since_epoch().count();
  if (!waiting.last_error.empty()) out["last_error"] = waiting.last_error;
  for (const auto& [name, member] : kCounters) {
    if (waiting.did.*member != 0) out["did"][name] = waiting.did.*member;
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<WaitingHint> decode_hint(std::string_view bytes) {
  const json in = json::parse(bytes, nullptr, false);
  if (!in.is_object()) return std::nullopt;
  const auto time = [&in](const char* name) {
    return TimePoint(std::chrono::milliseconds(in.at(name).get<std::int64_t>()));
  };
  try {
    WaitingHint waiting;
    const auto kind = enum_from(in.at("kind"), Hint::Kind::refetch, Hint::Kind::ignored);
    const auto record_kind = enum_from(in.at("record_kind"), index::RecordKind::contact, index::RecordKind::local);
    if (!kind || !record_kind) return std::nullopt;
    waiting.hint.kind = *kind;
    waiting.hint.record_kind = *record_kind;
    waiting.hint.event_id = in.at("event_id").get<std::string>();
    waiting.hint.type = in.at("type").get<std::string>();
    waiting.hint.ids = in.at("ids").get<std::vector<std::string>>();
    for (const std::string& id : waiting.hint.ids) {
      if (id.empty() || id.size() > kExternalIdBytesMax) return std::nullopt;
    }
    waiting.hint.into = in.value("into", std::string());
    if (waiting.hint.into.size() > kExternalIdBytesMax) return std::nullopt;
    waiting.hint.happened_at = time("happened_at");
    waiting.attempts = in.at("attempts").get<std::uint32_t>();
    waiting.unreadable = in.value("unreadable", 0U);
    waiting.both_alive = in.value("both_alive", 0U);
    waiting.not_before = time("not_before");
    if (in.contains("received_at")) waiting.received_at = time("received_at");
    waiting.last_error = in.value("last_error", std::string());
    const json did = in.value("did", json::object());
    for (const auto& [name, member] : kCounters) waiting.did.*member = did.value(name, std::uint64_t{0});
    return waiting;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace ringdex::sync

#include "sync/hint_codec.h"

#include <nlohmann/json.hpp>

namespace ringdex::sync {

using nlohmann::json;

std::string encode_hint(const WaitingHint& waiting) {
  const Hint& hint = waiting.hint;
  return json{{"kind", static_cast<int>(hint.kind)},
              {"event_id", hint.event_id},
              {"type", hint.type},
              {"record_kind", static_cast<int>(hint.record_kind)},
              {"ids", hint.ids},
              {"happened_at", hint.happened_at.time_since_epoch().count()},
              {"attempts", waiting.attempts},
              {"not_before", waiting.not_before.time_since_epoch().count()}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<WaitingHint> decode_hint(std::string_view bytes) {
  const json in = json::parse(bytes, nullptr, false);
  if (!in.is_object()) return std::nullopt;
  const auto time = [&in](const char* name) {
    return TimePoint(std::chrono::milliseconds(in.at(name).get<std::int64_t>()));
  };
  try {
    WaitingHint waiting;
    waiting.hint.kind = static_cast<Hint::Kind>(in.at("kind").get<int>());
    waiting.hint.event_id = in.at("event_id").get<std::string>();
    waiting.hint.type = in.at("type").get<std::string>();
    waiting.hint.record_kind = static_cast<index::RecordKind>(in.at("record_kind").get<int>());
    waiting.hint.ids = in.at("ids").get<std::vector<std::string>>();
    waiting.hint.happened_at = time("happened_at");
    waiting.attempts = in.at("attempts").get<std::uint32_t>();
    waiting.not_before = time("not_before");
    return waiting;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace ringdex::sync

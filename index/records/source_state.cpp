#include "index/records/source_state.h"

#include <nlohmann/json.hpp>

namespace ringdex::index {

std::string_view to_string(SourceState::Mode mode) {
  switch (mode) {
    case SourceState::Mode::on:
      return "on";
    case SourceState::Mode::paused:
      return "paused";
    case SourceState::Mode::disabled:
      return "disabled";
  }
  return "on";
}

std::string encode_source_state(const SourceState& state) {
  return nlohmann::json{{"checkpoint", state.checkpoint},
                        {"checkpoint_at", state.checkpoint_at.time_since_epoch().count()},
                        {"records", state.records},
                        {"listing", static_cast<int>(state.listing)},
                        {"awaiting_confirmation", state.awaiting_confirmation},
                        {"sweep_cursor", state.sweep_cursor},
                        {"swept_at", state.swept_at.time_since_epoch().count()},
                        {"mode", static_cast<int>(state.mode)},
                        {"has_dependents", state.has_dependents}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<SourceState> decode_source_state(std::string_view bytes) {
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    SourceState state;
    state.checkpoint = json.at("checkpoint").get<std::string>();
    state.checkpoint_at = TimePoint(std::chrono::milliseconds(json.at("checkpoint_at").get<std::int64_t>()));
    state.records = json.at("records").get<std::uint64_t>();
    const int listing = json.at("listing").get<int>();
    if (listing < 0 || listing > static_cast<int>(SourceState::Listing::awaiting)) return std::nullopt;
    state.listing = static_cast<SourceState::Listing>(listing);
    state.awaiting_confirmation = json.at("awaiting_confirmation").get<std::uint64_t>();
    // Not written before version 0.2.
    state.sweep_cursor = json.value("sweep_cursor", std::string());
    state.swept_at = TimePoint(std::chrono::milliseconds(json.value("swept_at", std::int64_t{0})));
    const int mode = json.value("mode", 0);
    if (mode < 0 || mode > static_cast<int>(SourceState::Mode::disabled)) return std::nullopt;
    state.mode = static_cast<SourceState::Mode>(mode);
    state.has_dependents = json.value("has_dependents", false);
    return state;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace ringdex::index

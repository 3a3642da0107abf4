#include "index/records/source_state.h"

#include "index/records/stored_json.h"

namespace ringdex::index {

std::string encode_source_state(const SourceState& state) {
  std::string bytes;
  text::JsonWriter(bytes)
      .open('{')
      .member("awaiting_confirmation", state.awaiting_confirmation)
      .member("checkpoint", state.checkpoint)
      .member("checkpoint_at", stored_time(state.checkpoint_at))
      .member("has_dependents", state.has_dependents)
      .member("listing", static_cast<int>(state.listing))
      .member("mode", static_cast<int>(state.mode))
      .member("records", state.records)
      .member("sweep_cursor", state.sweep_cursor)
      .member("swept_at", stored_time(state.swept_at))
      .close('}');
  return bytes;
}

std::optional<SourceState> decode_source_state(std::string_view bytes) {
  const auto document = text::JsonDocument::parse(bytes);
  if (!document) return std::nullopt;
  bool good = true;
  const StoredObject in(*document, good);
  SourceState state;
  state.checkpoint = in.text("checkpoint");
  state.checkpoint_at = in.time("checkpoint_at");
  state.records = in.natural("records");
  const std::int64_t listing = in.integer("listing");
  if (listing < 0 || listing > static_cast<int>(SourceState::Listing::awaiting)) return std::nullopt;
  state.listing = static_cast<SourceState::Listing>(listing);
  state.awaiting_confirmation = in.natural("awaiting_confirmation");
  // Not written before version 0.2.
  if (in.has("sweep_cursor")) state.sweep_cursor = in.text("sweep_cursor");
  if (in.has("swept_at")) state.swept_at = in.time("swept_at");
  const std::int64_t mode = in.has("mode") ? in.integer("mode") : 0;
  if (mode < 0 || mode > static_cast<int>(SourceState::Mode::disabled)) return std::nullopt;
  state.mode = static_cast<SourceState::Mode>(mode);
  if (in.has("has_dependents")) state.has_dependents = in.flag("has_dependents");
  return good ? std::optional(std::move(state)) : std::nullopt;
}

}  // namespace ringdex::index

#include "index/records/record.h"

#include "index/records/change_batch.h"

namespace ringdex::index {

std::string RecordId::to_string() const {
  std::string out = source;
  out.append(":").append(index::to_string(kind)).append(":").append(external_id);
  return out;
}

std::optional<RecordId> RecordId::parse(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  if (text.substr(0, first).find('\0') != std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto kind = record_kind_from(text.substr(first + 1, second - first - 1));
  const std::string_view external_id = text.substr(second + 1);
  if (!kind || external_id.empty() || external_id.size() > 255) return std::nullopt;
  return RecordId{std::string(text.substr(0, first)), *kind, std::string(external_id)};
}

ApplyResult& ApplyResult::operator+=(const ApplyResult& other) {
  added += other.added;
  updated += other.updated;
  unchanged += other.unchanged;
  stale += other.stale;
  deleted += other.deleted;
  merged += other.merged;
  renamed += other.renamed;
  kept_name += other.kept_name;
  over_limit += other.over_limit;
  swept += other.swept;
  awaiting_confirmation = other.awaiting_confirmation;
  gave_way += other.gave_way;
  nameless.insert(nameless.end(), other.nameless.begin(), other.nameless.end());
  position = other.position;
  return *this;
}

}  // namespace ringdex::index

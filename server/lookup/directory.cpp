#include "server/lookup/directory.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace ringdex::server {
namespace {

// A bound on the time of one search: a few microseconds each.
constexpr std::size_t kExaminedMax = 10'000;

}  // namespace

std::expected<index::NamedRecords, index::IndexError> Directory::find(std::string_view account, std::string_view name,
                                                                      std::string_view from, std::size_t people_max,
                                                                      const Wanted& wanted) const {
  return search(account, {.text = name, .from = from, .records_max = people_max, .examined_max = kExaminedMax},
                [&](const index::Record& record) {
                  return std::ranges::any_of(record.phones, is_callable) && (!wanted || wanted(record));
                });
}

std::expected<index::NamedRecords, index::IndexError> Directory::find_anybody(std::string_view account,
                                                                              std::string_view name,
                                                                              std::string_view from,
                                                                              std::size_t people_max) const {
  return search(account, {.text = name, .from = from, .records_max = people_max, .examined_max = kExaminedMax}, {});
}

std::expected<index::NamedRecords, index::IndexError> Directory::search(std::string_view account,
                                                                        const index::NameQuery& query,
                                                                        const Wanted& wanted) const {
  const auto settings = lookups_.settings(account);
  if (settings == nullptr) return index::NamedRecords{};
  return index_.read().find_by_name(account, query, [&](const index::Record& record) {
    return settings->source_labels.contains(record.id.source) && (!wanted || wanted(record));
  });
}

std::optional<index::Record> Directory::get(std::string_view account, const index::RecordId& id) const {
  const auto settings = lookups_.settings(account);
  if (settings == nullptr) return std::nullopt;
  auto found = index_.read().get(account, id);
  auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr;
  if (known == nullptr || !settings->source_labels.contains(known->record.id.source)) return std::nullopt;
  return std::move(known->record);
}

}  // namespace ringdex::server

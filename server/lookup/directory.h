#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "index/index.h"
#include "server/lookup/lookup_service.h"

namespace ringdex::server {

// The people of an account as phones list and search them: those of configured sources who can be called. Any thread
// may call; a search reads the disk, for some milliseconds at most.
class Directory {
 public:
  Directory(const index::Index& index, const LookupService& lookups) : index_(index), lookups_(lookups) {}

  using Wanted = std::function<bool(const index::Record&)>;
  // Whose name or organization has words that begin with those of `name`; with an empty `name` everybody, in the order
  // of the names. `from` is `next` of the page before, or empty.
  std::expected<index::NamedRecords, index::IndexError> find(std::string_view account, std::string_view name,
                                                             std::string_view from, std::size_t people_max,
                                                             const Wanted& wanted = {}) const;
  // The same of all people, also those whom no phone could call: for whoever looks why one of them is not found.
  std::expected<index::NamedRecords, index::IndexError> find_anybody(std::string_view account, std::string_view name,
                                                                     std::string_view from,
                                                                     std::size_t people_max) const;
  // The record of that id, or of the one that it was merged into; nullopt if there is none to show.
  std::optional<index::Record> get(std::string_view account, const index::RecordId& id) const;

 private:
  std::expected<index::NamedRecords, index::IndexError> search(std::string_view account, const index::NameQuery& query,
                                                               const Wanted& wanted) const;
  const index::Index& index_;
  const LookupService& lookups_;
};

// A number that a phone can dial.
inline bool is_callable(const index::RecordPhone& phone) {
  return phone.number.has_value() && phone.label != "fax";
}

}  // namespace ringdex::server

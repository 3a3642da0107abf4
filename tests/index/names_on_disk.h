#pragma once

#include <doctest/doctest.h>
#include <rocksdb/db.h>

#include <map>
#include <string>
#include <variant>

#include "index/records/name_words.h"
#include "index/records/record_codec.h"
#include "index/store/store_impl.h"

namespace ringdex::index {

using NamesOnDisk = std::map<std::string, std::string>;

inline NamesOnDisk names_on_disk(const Store& store) {
  NamesOnDisk all;
  const auto it = store.impl().iterate(Family::names, {});
  for (it->SeekToFirst(); it->Valid(); it->Next()) all.emplace(it->key().ToString(), it->value().ToString());
  REQUIRE(it->status().ok());
  return all;
}

// What should be there, by the records that are.
inline NamesOnDisk names_implied(const Store& store) {
  NamesOnDisk all;
  const auto it = store.impl().iterate(Family::records, {});
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string key = it->key().ToString();
    const RecordId id = key::record_id(key, sizeof(key::AccountNumber)).value();
    const Entry entry = decode_entry(it->value().ToStringView(), id).value();
    const auto* record = std::get_if<Record>(&entry);
    if (record == nullptr) continue;
    const auto words = words_of(*record);
    for (std::size_t which = 0; which < words.size(); ++which) {
      const std::string place(1, which == 0 ? '\0' : '\1');
      all.emplace(
          key.substr(0, sizeof(key::AccountNumber)) + words[which] + place + key.substr(sizeof(key::AccountNumber)),
          "");
    }
  }
  REQUIRE(it->status().ok());
  return all;
}

// Leaves a store as it was written before there were names. It counts once the store is opened again.
inline void forget_names(const Store& store) {
  const Store::Impl& impl = store.impl();
  for (const auto& [key, value] : names_on_disk(store)) {
    REQUIRE(impl.db->Delete({}, impl.family(Family::names), key).ok());
  }
  REQUIRE(impl.db->Delete({}, impl.family(Family::meta), "names").ok());
}

}  // namespace ringdex::index

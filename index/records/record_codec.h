#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "index/records/record.h"

namespace ringdex::index {

// What stays of a record that is gone, so that a late page cannot bring it back.
struct Tombstone {
  std::int64_t version = 0;
  TimePoint first_indexed_at{};         // kept for the day the record returns; zero if it was never indexed
  std::optional<RecordId> merged_into;  // the alias
  bool operator==(const Tombstone&) const = default;
};

using Entry = std::variant<Record, Tombstone>;

// An entry's bytes (the record's id is the key's and not in them):
//
//   entry      = version(1)=0x01 (type(1)=0x01 record | type(1)=0x02 tombstone | type(1)=0x03 person_id record)
//   record     = name organization organization_id title url owner      each: string
//                emails groups tags                                     each: count string*
//                phones      = count (raw label extension has_number(1) [number: varint])*
//                consent     = count (channel state(1))*
//                custom      = count (key value)*
//                created_at updated_at                                  each: has(1) [zigzag]
//                first_indexed_at version                               each: zigzag
//   tombstone  = version first_indexed_at: zigzag, has(1) [source kind(1) external_id]
//   string     = varint length, bytes; count, length, number = LEB128 varint
std::string encode_entry(const Entry& entry);
// Nothing if the bytes are no entry of a known version. `id` is put into the record.
std::optional<Entry> decode_entry(std::string_view bytes, const RecordId& id);
// Whether the bytes are those of a record and not of a tombstone; does not check the rest.
bool is_record(std::string_view bytes);

}  // namespace ringdex::index

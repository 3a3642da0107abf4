#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "index/records/record.h"
#include "telephony/number/phone_number.h"

// Every key layout of the store. Integers are big-endian, so that keys sort by value.
//
//   column family   key                                                         value
//   meta            "format"                                                    u32, kFormatVersion
//                   "position"                                                  u64
//                   "inbox"                                                     u64, the next inbox number
//                   "run"                                                       u64, the next run number
//                   "local/" account                                            u64, the last local record
//                   "account/" name                                             u32, the account's number
//                   "names"                                                     u32, kNameWordsVersion: all are there
//   records         account source kind external_id                             record_codec.h: record or tombstone
//   numbers         account number(8) first_indexed(8) source kind external_id  empty
//   organizations   account source organization_id                              name
//   dependents      account source len16(person_id) kind external_id            empty
//   counts          account source quarter_hour(8)                              change_counts.h
//   members         account source len16(organization_id) kind external_id      empty
//   aliases         account len16(winner) loser                                 empty
//   listed          account source kind external_id                             empty
//   sources         account source                                              source_state.h
//   inbox           account source number(8)                                    inbox.h
//   webhooks        account source number(8)                                    settled_event.h
//   runs            account number(8)                                           ledger.h
//   rejects         account run(8) number(8)                                    ledger.h
//   names           account word place source kind external_id                  empty
//   usage           account quarter_hour(8)                                     usage_counts.h
//
//   account: u32. source: its bytes (none of them NUL), then NUL, so that keys sort as RecordIds do. kind: u8.
//   winner, loser: source kind external_id. word: name_words.h. place: u8, WordPlace; smaller than any byte of a word.
namespace ringdex::index::key {

using AccountNumber = std::uint32_t;

inline constexpr std::size_t kNumberPrefixBytes = 4 + 8;
// Of a word in its record.
enum class WordPlace : std::uint8_t { first = 0, behind = 1 };

std::string u32(std::uint32_t value);
std::string u64(std::uint64_t value);
std::uint32_t read_u32(std::string_view bytes);  // 0 if not 4 bytes
std::uint64_t read_u64(std::string_view bytes);  // 0 if not 8 bytes

std::string account(std::string_view name);
std::string local_counter(AccountNumber account);
std::string source(AccountNumber account, std::string_view source);
std::string record(AccountNumber account, const RecordId& id);
std::string number_prefix(AccountNumber account, telephony::PhoneNumber canonical);
std::string number(AccountNumber account, telephony::PhoneNumber canonical, TimePoint first_indexed_at,
                   const RecordId& id);
std::string organization(AccountNumber account, std::string_view source, std::string_view organization_id);
std::string member_prefix(AccountNumber account, std::string_view source, std::string_view organization_id);
std::string member(AccountNumber account, const RecordId& id, std::string_view organization_id);
std::string alias_prefix(AccountNumber account, const RecordId& winner);
std::string alias(AccountNumber account, const RecordId& winner, const RecordId& loser);
std::string name_prefix(AccountNumber account, std::string_view beginning_of_word);
// Where the entries end that have this very word.
std::string name_end(AccountNumber account, std::string_view word);
void append_name(std::string& out, AccountNumber account, std::string_view word, WordPlace place, const RecordId& id);
std::string numbered(AccountNumber account, std::uint64_t number);
std::string numbered(AccountNumber account, std::uint64_t first, std::uint64_t second);
std::string numbered(AccountNumber account, std::string_view source, std::uint64_t number);

// The id at the end of a key, behind `prefix_bytes`: source kind external_id.
std::optional<RecordId> record_id(std::string_view key, std::size_t prefix_bytes);
// What a key of `numbers` names; the source is a view of the key.
struct NumberHolder {
  telephony::PhoneNumber number;
  std::string_view source;
};
std::optional<NumberHolder> number_holder(std::string_view key);
// What a key of `names` names; the word is a view of the key.
struct Named {
  std::string_view word;
  WordPlace place;
  RecordId id;
};
std::optional<Named> named(std::string_view key);
// What a key of `sources` names.
std::optional<std::pair<AccountNumber, std::string>> source_name(std::string_view key);
// What a key of `counts` names.
struct Counted {
  std::string source;
  std::uint64_t period;
};
std::optional<Counted> counted(std::string_view key);
// The id at the end of a member or dependent key, whose source stands in front of the organization.
std::optional<RecordId> member_id(std::string_view key, std::string_view source, std::size_t prefix_bytes);
// The smallest key behind all that start with `prefix`.
std::string after_prefix(std::string prefix);

}  // namespace ringdex::index::key

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "index/calls/call.h"

// Every key layout of the journal. Integers are big-endian, so that keys sort by value.
//
//   column family   key                                    value
//   default         "format"                               u32, kJournalFormat
//                   "event/" account                       u64, the last event's number
//   calls           account call_id                        call.h
//   lists           account list(1) len16(of) time(8) call_id   empty; list: 't' all (of is empty), 'n' number(8),
//                                                          'a' agent, 'r' record's id as text
//   picks           account number(8)                      call.h: NumberPicks
//   events          account number(8)                      at(8) count(4) agent* type data; each: len32 bytes
//
//   account: its name (no NUL in it), then NUL. time: milliseconds since 1970.
namespace ringdex::index::journal_key {

std::string account(std::string_view account);
std::string last_event(std::string_view account);
std::string call(std::string_view account, std::string_view id);
std::string event(std::string_view account, std::uint64_t number);
std::string picks(std::string_view account, telephony::PhoneNumber number);

// The four ways to list calls.
std::string all_calls(std::string_view account);
std::string calls_of(std::string_view account, telephony::PhoneNumber number);
std::string calls_of_agent(std::string_view account, std::string_view agent);
std::string calls_of(std::string_view account, const RecordId& record);
// A call's place in the list with that prefix.
std::string listed(std::string list, TimePoint started_at, std::string_view id);
// Every key under which a call is listed, in order, each once.
std::vector<std::string> listings(const Call& call);

// What the end of a list's key names, behind the list's prefix.
std::optional<std::pair<TimePoint, std::string>> listed_call(std::string_view key, std::size_t prefix_bytes);
// What a key of `picks` names.
std::optional<std::pair<std::string, telephony::PhoneNumber>> picked_number(std::string_view key);

}  // namespace ringdex::index::journal_key

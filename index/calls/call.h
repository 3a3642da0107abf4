#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/record.h"
#include "telephony/number/phone_number.h"
#include "telephony/text/enum_names.h"

namespace ringdex::index {

enum class CallDirection : std::uint8_t { inbound, outbound };
inline constexpr auto kCallDirectionNames =
    text::enum_names<CallDirection>({{CallDirection::inbound, "inbound"}, {CallDirection::outbound, "outbound"}});
constexpr std::string_view to_string(CallDirection value) {
  return kCallDirectionNames.name_of(value);
}
constexpr std::optional<CallDirection> call_direction_from(std::string_view name) {
  return kCallDirectionNames.value_of(name);
}

// What an agent chose for a call: the records of one person, the chosen one in front.
struct CallPick {
  std::vector<RecordId> records;
  std::string name;  // of the person
  std::string agent;
  TimePoint at{};
  std::optional<TimePoint> undone_at;  // it counts no more
  std::string undone_by;
  bool operator==(const CallPick&) const = default;
};

// What became known of a call after its answer was given.
struct CallChange {
  std::string cause;  // live, created, about, named
  TimePoint at{};
  std::string answer;           // JSON, as Call::answer
  std::vector<RecordId> shown;  // as Call::shown
  bool operator==(const CallChange&) const = default;
};

// One ring or one outgoing call: what was shown and picked for it. Plain value.
struct Call {
  std::string account;
  std::string id;  // the phone system's, such as the SIP Call-ID
  CallDirection direction = CallDirection::inbound;
  std::string from, to;                          // as the phone system sent them
  std::string region, plan;                      // how the number was to be read, if the phone system said so
  std::optional<telephony::PhoneNumber> number;  // the other party's, canonical
  std::string line;                              // of the account: in canonical E.164 where it is one, else as sent
  std::vector<std::string> agents;               // on whose screens it is, in the order of their coming
  std::optional<RecordId> about;                 // who was clicked to be called
  bool about_pending = false;                    // who is not here yet

  TimePoint started_at{};
  std::optional<TimePoint> answered_at;
  std::string answered_by;
  std::optional<TimePoint> ended_at;

  std::string answer;           // JSON, the lookup's as it was given; never changed
  std::string policy;           // JSON, the account's rules at that moment
  std::vector<RecordId> shown;  // the records of the default candidate; empty: nobody was
  std::vector<CallChange> changes;
  std::vector<CallPick> picks;  // the last one counts that is not undone

  const CallPick* pick() const;  // that counts; nullptr: there is none
  // Whom the call is about by all that is known: who was picked, else who is shown. Ids as they were then.
  const std::vector<RecordId>& attributed() const;
  // The answer that is shown now.
  const std::string& current_answer() const { return changes.empty() ? answer : changes.back().answer; }
  bool operator==(const Call&) const = default;
};

std::string encode_call(const Call& call);
// Nothing if the bytes are no call. Account and id are the key's and not in them.
std::optional<Call> decode_call(std::string_view bytes, std::string_view account, std::string_view id);

// A pick that outlives its call: who was chosen when this number rang on that line at that agent.
struct NumberPick {
  RecordId record;
  std::string line;
  std::string agent;
  std::string call_id;
  TimePoint at{};
  bool operator==(const NumberPick&) const = default;
};

// All that are remembered of one number, the last one at the end.
using NumberPicks = std::vector<NumberPick>;
std::string encode_picks(const NumberPicks& picks);
std::optional<NumberPicks> decode_picks(std::string_view bytes);

}  // namespace ringdex::index

#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/phone_number.h"
#include "telephony/text/enum_names.h"
#include "telephony/text/times.h"

namespace ringdex::index {

// UTC, milliseconds since 1970.
using TimePoint = text::TimePoint;

enum class RecordKind : std::uint8_t { contact = 1, lead = 2, local = 3 };
inline constexpr auto kRecordKindNames = text::enum_names<RecordKind>(
    {{RecordKind::contact, "contact"}, {RecordKind::lead, "lead"}, {RecordKind::local, "local"}});
constexpr std::string_view to_string(RecordKind value) {
  return kRecordKindNames.name_of(value);
}
constexpr std::optional<RecordKind> record_kind_from(std::string_view name) {
  return kRecordKindNames.value_of(name);
}

// The source of the records that are made here: an unknown caller, or who an agent named. A record of this source has
// the kind `local`, and gives way to a CRM's record that has its number.
inline constexpr std::string_view kLocalSource = "local";

// A record's identity inside its account, written `source:kind:external_id` ("zendesk-eu:contact:35436").
struct RecordId {
  // A source id holds no colon and no NUL, so that text form and keys are unambiguous whatever the external id holds.
  std::string source;
  RecordKind kind = RecordKind::contact;
  std::string external_id;  // 1 to 255 bytes, the source's own

  std::string to_string() const;
  static std::optional<RecordId> parse(std::string_view text);
  auto operator<=>(const RecordId&) const = default;
};

struct RecordPhone {
  std::string raw;                               // as the source has it
  std::optional<telephony::PhoneNumber> number;  // nullopt if not matchable
  std::string label;                             // "mobile", "fax", ...; empty if unknown
  std::string extension;
  bool operator==(const RecordPhone&) const = default;
};

enum class Consent : std::uint8_t { unknown = 0, subscribed = 1, unsubscribed = 2 };
inline constexpr auto kConsentNames = text::enum_names<Consent>(
    {{Consent::unknown, "unknown"}, {Consent::subscribed, "subscribed"}, {Consent::unsubscribed, "unsubscribed"}});
constexpr std::string_view to_string(Consent value) {
  return kConsentNames.name_of(value);
}

// One contact or lead as its source has it. Plain value.
struct Record {
  RecordId id;
  std::string name;
  std::string organization;     // shown; kept in step with organization_id's name where the source has organizations
  std::string organization_id;  // the source's own id; empty if it has none
  // The contact of the same source whose name, phones and e-mails this record has (a Pipedrive lead's person); kept
  // in step with it by the Index. Empty: it stands for itself.
  std::string person_id;
  std::string title;
  std::vector<std::string> emails;
  std::vector<RecordPhone> phones;
  std::vector<std::string> groups;
  std::vector<std::string> tags;
  std::map<std::string, Consent> consent;  // channel -> state
  std::string url;
  std::string owner;
  std::map<std::string, std::string> custom;
  std::optional<TimePoint> created_at;  // the source's
  std::optional<TimePoint> updated_at;  // the source's
  TimePoint first_indexed_at{};         // set by the Index, kept for ever, also across a deletion and return
  // Orders what is known of one record: milliseconds since 1970 of its update in the source, else of the event.
  std::int64_t version = 0;
  bool operator==(const Record&) const = default;
};

// A record that has the name of another one is there for lookups and readers only while that one is.
inline bool is_shown(const Record& record) {
  return record.person_id.empty() || !record.name.empty() || !record.organization.empty();
}

}  // namespace ringdex::index

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "index/records/record.h"
#include "telephony/number/phone_number.h"

namespace ringdex::index {

// A text in up to three pieces, so that a page address can be kept as what all of a source share and the id.
struct SplitText {
  std::string_view head;
  std::string_view middle;
  std::string_view tail;

  void append_to(std::string& out) const { out.append(head).append(middle).append(tail); }
  std::string text() const;
  bool empty() const { return head.empty() && middle.empty() && tail.empty(); }
};

// What a ring shows of one record that has the asked number. Views: valid as long as what they were taken from.
struct Card {
  std::string_view source;
  RecordKind kind = RecordKind::contact;
  std::string_view external_id;
  std::string_view name;
  std::string_view organization;
  SplitText url;
  // The first of the record's phones that is the asked number.
  std::string_view phone_raw;
  std::string_view phone_label;
  std::string_view phone_extension;
  bool primary_phone = false;  // no other number stands before it in the record
  TimePoint first_indexed_at{};
  std::optional<TimePoint> updated_at;

  // "zendesk-eu:contact:35436"
  void append_id_to(std::string& out) const;
  std::string id_text() const;
  RecordId id() const;
};

// Orders as RecordId does.
std::strong_ordering compare_ids(const Card& left, const Card& right);

// The card of a record for one of its numbers (canonical). Views into the record.
Card card_of(const Record& record, telephony::PhoneNumber number);

}  // namespace ringdex::index

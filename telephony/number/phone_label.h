#pragma once

#include <cstddef>
#include <string_view>

namespace ringdex::telephony {

// What a CRM's label of a number says: "Mobile", "work fax", "HomePhone", "Telefax (Büro)", in the languages of phone
// fields. The main number of a company is at work.
struct PhoneLabel {
  enum class Kind { voice, mobile, fax, pager };
  enum class Place { unknown, work, home };
  Kind kind = Kind::voice;
  Place place = Place::unknown;
  bool operator==(const PhoneLabel&) const = default;
};

// The first word for the kind and the first word for the place count. Only the first kPhoneLabelBytesMax bytes are
// read.
inline constexpr std::size_t kPhoneLabelBytesMax = 64;
PhoneLabel read_phone_label(std::string_view label);

}  // namespace ringdex::telephony

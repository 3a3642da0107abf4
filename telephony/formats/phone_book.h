#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/text/enum_names.h"

namespace ringdex::telephony {

// Phone books as desk phones fetch them over HTTP, each maker's own XML.
enum class PhoneBookFormat { cisco, grandstream, snom, yealink };
inline constexpr auto kPhoneBookFormats =
    text::enum_names<PhoneBookFormat>({{PhoneBookFormat::cisco, "cisco"},
                                       {PhoneBookFormat::grandstream, "grandstream"},
                                       {PhoneBookFormat::snom, "snom"},
                                       {PhoneBookFormat::yealink, "yealink"}});
constexpr std::optional<PhoneBookFormat> phone_book_format_from(std::string_view name) {
  return kPhoneBookFormats.value_of(name);
}

// A Cisco phone shows no more lines of one directory; each number is a line. The caller makes the pages.
inline constexpr std::size_t kCiscoPageNumbersMax = 32;

struct PhoneBookNumber {
  std::string text;   // as it is to be dialled
  std::string label;  // as in the CRM: "Mobile"
};
struct PhoneBookEntry {
  std::string name;
  std::string organization;
  std::vector<PhoneBookNumber> numbers;
};
struct PhoneBookPage {
  std::string title;                    // "Directory"
  std::vector<PhoneBookEntry> entries;  // those without a number are left out by the caller
  std::string next_url;                 // of the next page; empty: this is the last
  std::string search_form_url;          // where that form is; Cisco and Snom show a key for it. Empty: none
};

// UTF-8 XML with its declaration. Any bytes may stand in the texts: what is not UTF-8 is read as Windows-1252, what XML
// 1.0 does not allow is left out, names are one line.
std::string write_phone_book(PhoneBookFormat format, const PhoneBookPage& page);

// The form in which the phone asks for a part of a name, which it sends to `search_url` as the query's `parameter`.
// Nothing for phones that ask by themselves.
std::optional<std::string> write_search_form(PhoneBookFormat format, std::string_view title,
                                             std::string_view search_url, std::string_view parameter);

// For an element or an attribute; of what XML allows.
std::string xml_escaped(std::string_view text);

inline constexpr const char* kPhoneBookContentType = "text/xml; charset=utf-8";

}  // namespace ringdex::telephony

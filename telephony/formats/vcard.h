#pragma once

#include <string>
#include <vector>

namespace ringdex::telephony {

// A person for other programs' address books. Any bytes may stand in the texts: they are written as UTF-8 (what is not,
// is read as Windows-1252), escaped, without control characters other than line ends.
struct VCard {
  std::string uid, name, organization, title, url;
  struct Phone {
    // "tel:+390612345678" or "tel:+390612345678;ext=12" (RFC 3966). If it is empty or no tel:, sip: or sips: URI,
    // `text` counts.
    std::string uri;
    std::string text;
    std::string label;  // as in the CRM: "Mobile", "work fax"; gives the TYPE
    bool operator==(const Phone&) const = default;
  };
  std::vector<Phone> phones;
  std::vector<std::string> emails, categories;
  std::string revised;  // RFC 3339 in UTC, "2026-01-04T05:33:20Z"; empty or anything else: none
  bool operator==(const VCard&) const = default;
};

inline constexpr const char* kVCardContentType = "text/vcard; charset=utf-8";  // RFC 6350 section 10.1
inline constexpr const char* kJCardContentType = "application/vcard+json";     // RFC 7095 section 5.1

// vCard 4.0 (RFC 6350): lines end with CRLF and are folded at 75 octets, never inside a character. Empty fields are not
// written, but FN, which must be there: the organization's if there is no name, and then KIND is org. A URL that is
// none, or that runs script, is left out.
std::string write_vcard(const VCard& card);

// The same as jCard (RFC 7095), one line of JSON without a line end.
std::string write_jcard(const VCard& card);

}  // namespace ringdex::telephony

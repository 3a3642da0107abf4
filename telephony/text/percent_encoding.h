#pragma once

#include <string>
#include <string_view>

// Percent-encoding in URLs (RFC 3986, section 2.1). Pure; any thread.
namespace ringdex::text {

// Encodes all but RFC 3986's unreserved characters (section 2.3); `kept` stay as they are too.
std::string percent_encoded(std::string_view text, std::string_view kept = "");

// In a query a plus is a space.
enum class UrlPart { path, query };
// Appends a decoded part of a URL. What is no percent-encoding stands for itself, as the WHATWG's decoding has it,
// since dialplans put names there as they are; a NUL stays encoded.
void append_percent_decoded(std::string& out, std::string_view text, UrlPart part);

// A record's page as a link for one-line clients: only http and https, and nothing in it that a dialplan or a SIP
// header would take for its own. Empty: there is no such link.
std::string safe_url(std::string_view url);

// A record id as it stands in a path: "zendesk-eu:contact:35436".
std::string id_in_url(std::string_view id);

}  // namespace ringdex::text

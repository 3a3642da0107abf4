#include "telephony/formats/vcard.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "telephony/formats/one_line.h"
#include "telephony/number/phone_label.h"
#include "telephony/text/json_writer.h"
#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

constexpr std::size_t kLineBytesMax = 75;  // RFC 6350 section 3.2, without the line's end

// A URI stays one if what may not stand in it (RFC 3986) is left out or percent-encoded.
std::string clean_uri(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char character : one_line(text)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte <= 0x20 || byte >= 0x7F || std::string_view("\"<>\\^`{|}").contains(character)) {
      uri.push_back('%');
      uri.push_back(kHex[byte >> 4U]);
      uri.push_back(kHex[byte & 15U]);
    } else {
      uri.push_back(character);
    }
  }
  return uri;
}

// A URI that programs may follow: with a scheme, which is not one that runs what follows it.
bool is_followed(std::string_view uri) {
  const std::string scheme = text::ascii_lower(uri.substr(0, uri.find(':')));
  const auto is_scheme_character = [](char character) {
    return (character >= 'a' && character <= 'z') || text::is_digit(character) || character == '+' ||
           character == '-' || character == '.';
  };
  return scheme.size() < uri.size() && !scheme.empty() && !text::is_digit(scheme[0]) &&
         std::ranges::all_of(scheme, is_scheme_character) && scheme != "javascript" && scheme != "vbscript" &&
         scheme != "data";
}

// The parts of "2026-01-04T05:33:20Z", with or without a fraction of the second, which is left out.
struct Timestamp {
  std::string_view date, time;  // "2026-01-04", "05:33:20"
};
std::optional<Timestamp> read_timestamp(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() < kShape.size() + 1 || !text.ends_with('Z')) return std::nullopt;
  for (std::size_t at = 0; at < kShape.size(); ++at) {
    if (kShape[at] == '0' ? !text::is_digit(text[at]) : text[at] != kShape[at]) return std::nullopt;
  }
  const std::string_view fraction = text.substr(kShape.size(), text.size() - kShape.size() - 1);
  const bool is_fraction =
      fraction.size() > 1 && fraction[0] == '.' && std::ranges::all_of(fraction.substr(1), text::is_digit);
  if (!fraction.empty() && !is_fraction) return std::nullopt;
  return Timestamp{text.substr(0, 10), text.substr(11, 8)};
}

// One property in both notations: a vCard line, an array of a jCard.
struct Property {
  const char* name;                 // lower case
  const char* value_type;           // "text", "uri", "timestamp"
  std::vector<const char*> types;   // the TYPE parameter
  bool says_value_type = false;     // in a vCard, where the value's type is not the property's own
  std::vector<std::string> values;  // clean; several only for categories
};

const char* type_of(PhoneLabel::Kind kind) {
  switch (kind) {
    case PhoneLabel::Kind::mobile:
      return "cell";
    case PhoneLabel::Kind::fax:
      return "fax";
    case PhoneLabel::Kind::pager:
      return "pager";
    case PhoneLabel::Kind::voice:
      break;
  }
  return "voice";
}

// Nothing if there is no number in it.
std::optional<Property> phone_property(const VCard::Phone& phone) {
  const std::string uri = clean_uri(phone.uri);
  const bool is_uri = uri.starts_with("tel:") || uri.starts_with("sip:") || uri.starts_with("sips:");
  Property property{"tel", is_uri ? "uri" : "text", {}, is_uri, {is_uri ? uri : one_line(phone.text)}};
  if (property.values[0].empty()) return std::nullopt;
  const PhoneLabel label = read_phone_label(phone.label);
  if (label.place == PhoneLabel::Place::work) property.types.push_back("work");
  if (label.place == PhoneLabel::Place::home) property.types.push_back("home");
  property.types.push_back(type_of(label.kind));
  return property;
}

// All properties of the card but its version and its revision, which the notations write in different ways.
std::vector<Property> properties_of(const VCard& card) {
  std::vector<Property> properties;
  const auto add = [&properties](const char* name, const char* value_type, std::string value) {
    if (!value.empty()) properties.push_back({name, value_type, {}, false, {std::move(value)}});
  };
  const std::string name = one_line(card.name);
  const std::string organization = one_line(card.organization);
  properties.push_back({"kind", "text", {}, false, {name.empty() && !organization.empty() ? "org" : "individual"}});
  if (std::string uid = one_line(card.uid); !uid.empty()) {
    properties.push_back({"uid", "text", {}, true, {std::move(uid)}});  // a URI by default
  }
  properties.push_back({"fn", "text", {}, false, {name.empty() ? organization : name}});
  add("org", "text", organization);
  add("title", "text", one_line(card.title));
  for (const auto& phone : card.phones) {
    if (auto property = phone_property(phone)) properties.push_back(std::move(*property));
  }
  for (const auto& email : card.emails) add("email", "text", one_line(email));
  if (const std::string url = clean_uri(card.url); is_followed(url)) add("url", "uri", url);
  Property categories{"categories", "text", {}, false, {}};
  for (const auto& category : card.categories) {
    if (std::string text = one_line(category); !text.empty()) categories.values.push_back(std::move(text));
  }
  if (!categories.values.empty()) properties.push_back(std::move(categories));
  return properties;
}

// RFC 6350 section 3.4. A semicolon is escaped in every text, since ORG has components.
std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 8);
  for (const char character : text) {
    if (character == '\\' || character == ',' || character == ';') result.push_back('\\');
    result.push_back(character);
  }
  return result;
}

// Adds the line with its end; what is too long goes on behind a line's end and a space, which counts.
void add_folded(std::string& card, std::string_view line) {
  std::size_t room = kLineBytesMax;
  while (line.size() > room) {
    std::size_t end = room;
    while ((static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    card.append(line.substr(0, end));
    card.append("\r\n ");
    line.remove_prefix(end);
    room = kLineBytesMax - 1;
  }
  card.append(line);
  card.append("\r\n");
}

std::string line_of(const Property& property) {
  std::string line(property.name);
  std::ranges::transform(line, line.begin(), [](char letter) { return static_cast<char>(letter - 'a' + 'A'); });
  if (property.says_value_type) line.append(";VALUE=").append(property.value_type);
  for (std::size_t i = 0; i < property.types.size(); ++i) {
    line.append(i == 0 ? ";TYPE=" : ",").append(property.types[i]);
  }
  const bool is_uri = std::string_view(property.value_type) == "uri";
  for (std::size_t i = 0; i < property.values.size(); ++i) {
    line.push_back(i == 0 ? ':' : ',');
    line.append(is_uri ? property.values[i] : escaped(property.values[i]));
  }
  return line;
}

std::string without(std::string_view text, char character) {
  std::string result(text);
  std::erase(result, character);
  return result;
}

}  // namespace

std::string write_vcard(const VCard& card) {
  std::string text = "BEGIN:VCARD\r\nVERSION:4.0\r\n";
  for (const Property& property : properties_of(card)) add_folded(text, line_of(property));
  if (const auto revised = read_timestamp(card.revised)) {
    add_folded(text, "REV:" + without(revised->date, '-') + "T" + without(revised->time, ':') + "Z");
  }
  return text + "END:VCARD\r\n";
}

std::string write_jcard(const VCard& card) {
  std::string json;
  text::JsonWriter out(json);
  const auto open = [&out](std::string_view name) { out.open('[').text(name).open('{'); };
  out.open('[').text("vcard").open('[');
  open("version");
  out.close('}').text("text").text("4.0").close(']');
  for (const Property& property : properties_of(card)) {
    open(property.name);
    const auto& types = property.types;
    if (types.size() == 1) out.member("type", types[0]);
    if (types.size() > 1) {
      out.key("type").open('[');
      for (const char* type : types) out.text(type);
      out.close(']');
    }
    out.close('}').text(property.value_type);
    for (const std::string& value : property.values) out.text(value);
    out.close(']');
  }
  if (const auto revised = read_timestamp(card.revised)) {
    open("rev");
    out.close('}').text("timestamp");
    out.text(std::string(revised->date) + "T" + std::string(revised->time) + "Z").close(']');
  }
  out.close(']').close(']');
  return json;
}

}  // namespace ringdex::telephony

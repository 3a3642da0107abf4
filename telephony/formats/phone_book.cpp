#include "telephony/formats/phone_book.h"

#include <utility>

#include "telephony/formats/one_line.h"
#include "telephony/number/phone_label.h"

namespace ringdex::telephony {
namespace {

constexpr std::string_view kDeclaration = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                                          "\n";
// Cisco documents no limit; a line of its displays shows about as much.
constexpr std::size_t kCiscoNameCharactersMax = 32;
constexpr std::size_t kNameCharactersMax = 120;
constexpr std::size_t kLabelCharactersMax = 12;
constexpr std::size_t kNumberCharactersMax = 256;
constexpr std::size_t kUrlCharactersMax = 4096;

void append_escaped(std::string& xml, std::string_view text) {
  for (const char character : text) {
    switch (character) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '"':
        xml += "&quot;";
        break;
      case '\'':
        xml += "&apos;";
        break;
      default:
        xml.push_back(character);
    }
  }
}

// <tag>text</tag>; `text` is a clean line.
void append_element(std::string& xml, std::string_view tag, std::string_view text) {
  xml.append("<").append(tag).append(">");
  append_escaped(xml, text);
  xml.append("</").append(tag).append(">");
}

std::string number_text(const PhoneBookNumber& number) {
  return one_line(number.text, kNumberCharactersMax);
}

std::string shown_name(const PhoneBookEntry& entry) {
  std::string name = one_line(entry.name, kNameCharactersMax);
  return name.empty() ? one_line(entry.organization, kNameCharactersMax) : name;
}

// What stands behind the name to tell a person's numbers apart: the label, else their count.
std::string mark_of(const PhoneBookEntry& entry, std::size_t index) {
  if (entry.numbers.size() < 2) return {};
  std::string label = one_line(entry.numbers[index].label, kLabelCharactersMax);
  if (label.empty()) label = std::to_string(index + 1);
  return " (" + std::move(label) + ")";
}

std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  return count;
}

// Cisco's and Snom's directories: one entry for each number, so the name says which.
void append_entries(std::string& xml, const PhoneBookPage& page, std::size_t characters_max) {
  for (const PhoneBookEntry& entry : page.entries) {
    const std::string name = shown_name(entry);
    for (std::size_t i = 0; i < entry.numbers.size(); ++i) {
      const std::string mark = mark_of(entry, i);
      xml += "<DirectoryEntry>";
      append_element(xml, "Name", one_line(name, characters_max - characters_in(mark)) + mark);
      append_element(xml, "Telephone", number_text(entry.numbers[i]));
      xml += "</DirectoryEntry>\n";
    }
  }
}

// A Cisco phone numbers its keys, a Snom phone names them and shows the label. Nothing without a URL.
void append_cisco_key(std::string& xml, int position, std::string_view name, std::string_view url) {
  if (url.empty()) return;
  xml += "<SoftKeyItem>";
  append_element(xml, "Name", name);
  append_element(xml, "URL", one_line(url, kUrlCharactersMax));
  append_element(xml, "Position", std::to_string(position));
  xml += "</SoftKeyItem>\n";
}

void append_snom_key(std::string& xml, std::string_view key, std::string_view label, std::string_view url) {
  if (url.empty()) return;
  xml += "<SoftKeyItem>";
  append_element(xml, "Name", key);
  append_element(xml, "Label", label);
  append_element(xml, "URL", one_line(url, kUrlCharactersMax));
  xml += "</SoftKeyItem>\n";
}

// Cisco IP Phone Services Application Development Notes, CiscoIPPhoneDirectory. Keys of one's own replace all that the
// phone has by itself, so Dial and Exit are named too.
std::string cisco_book(const PhoneBookPage& page) {
  std::string xml = "<CiscoIPPhoneDirectory>\n";
  append_element(xml, "Title", one_line(page.title, kCiscoNameCharactersMax));
  append_element(xml, "Prompt", page.entries.empty() ? "No entries" : "Select a number");
  xml += "\n";
  append_entries(xml, page, kCiscoNameCharactersMax);
  append_cisco_key(xml, 1, "Dial", "SoftKey:Dial");
  append_cisco_key(xml, 2, "EditDial", "SoftKey:EditDial");
  append_cisco_key(xml, 3, "Exit", "SoftKey:Exit");
  append_cisco_key(xml, 4, "Next", page.next_url);
  append_cisco_key(xml, 5, "Search", page.search_form_url);
  return xml + "</CiscoIPPhoneDirectory>\n";
}

// Snom's XML minibrowser, SnomIPPhoneDirectory. F1 to F4 are the keys below the display.
std::string snom_book(const PhoneBookPage& page) {
  std::string xml = "<SnomIPPhoneDirectory>\n";
  append_element(xml, "Title", one_line(page.title, kNameCharactersMax));
  append_element(xml, "Prompt", "Dial");
  xml += "\n";
  append_entries(xml, page, kNameCharactersMax);
  append_snom_key(xml, "F3", "Search", page.search_form_url);
  append_snom_key(xml, "F4", "Next", page.next_url);
  return xml + "</SnomIPPhoneDirectory>\n";
}

// Yealink: several numbers under one name, without labels.
std::string yealink_book(const PhoneBookPage& page) {
  std::string xml = "<YealinkIPPhoneDirectory>\n";
  append_element(xml, "Title", one_line(page.title, kNameCharactersMax));
  xml += "\n";
  for (const PhoneBookEntry& entry : page.entries) {
    xml += "<DirectoryEntry>";
    append_element(xml, "Name", shown_name(entry));
    for (const PhoneBookNumber& number : entry.numbers) append_element(xml, "Telephone", number_text(number));
    xml += "</DirectoryEntry>\n";
  }
  return xml + "</YealinkIPPhoneDirectory>\n";
}

std::string_view grandstream_type(std::string_view label) {
  const PhoneLabel read = read_phone_label(label);
  if (read.kind == PhoneLabel::Kind::mobile) return "Cell";
  return read.place == PhoneLabel::Place::home ? "Home" : "Work";
}

// Grandstream's XML phonebook guide: the whole book in one file, which the phone sorts by first and last name.
std::string grandstream_book(const PhoneBookPage& page) {
  std::string xml = "<AddressBook>\n";
  std::size_t id = 0;
  for (const PhoneBookEntry& entry : page.entries) {
    xml += "<Contact>";
    append_element(xml, "id", std::to_string(++id));
    // Names are not taken apart: that goes wrong in half of the world.
    append_element(xml, "FirstName", shown_name(entry));
    append_element(xml, "LastName", {});
    if (std::string company = one_line(entry.organization, kNameCharactersMax); !company.empty()) {
      append_element(xml, "Company", company);
    }
    for (const PhoneBookNumber& number : entry.numbers) {
      xml.append("<Phone type=\"").append(grandstream_type(number.label)).append("\">");
      append_element(xml, "phonenumber", number_text(number));
      append_element(xml, "accountindex", "0");
      xml += "</Phone>";
    }
    xml += "</Contact>\n";
  }
  return xml + "</AddressBook>\n";
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string xml;
  append_escaped(xml, text);
  return xml;
}

std::string write_phone_book(PhoneBookFormat format, const PhoneBookPage& page) {
  std::string xml(kDeclaration);
  switch (format) {
    case PhoneBookFormat::cisco:
      return xml + cisco_book(page);
    case PhoneBookFormat::grandstream:
      return xml + grandstream_book(page);
    case PhoneBookFormat::snom:
      return xml + snom_book(page);
    case PhoneBookFormat::yealink:
      return xml + yealink_book(page);
  }
  return xml;
}

std::optional<std::string> write_search_form(PhoneBookFormat format, std::string_view title,
                                             std::string_view search_url, std::string_view parameter) {
  std::string xml(kDeclaration);
  const std::string url = one_line(search_url, kUrlCharactersMax);
  const std::string field = one_line(parameter, kNameCharactersMax);
  if (format == PhoneBookFormat::cisco) {
    xml += "<CiscoIPPhoneInput>\n";
    append_element(xml, "Title", one_line(title, kCiscoNameCharactersMax));
    append_element(xml, "Prompt", "Part of a name");
    append_element(xml, "URL", url);
    xml += "\n<InputItem>";
    append_element(xml, "DisplayName", "Name");
    append_element(xml, "QueryStringParam", field);
    append_element(xml, "DefaultValue", {});
    append_element(xml, "InputFlags", "A");
    return xml + "</InputItem>\n</CiscoIPPhoneInput>\n";
  }
  if (format == PhoneBookFormat::snom) {
    constexpr std::string_view kToken = "__X__";
    const std::string separator = url.contains('?') ? "&" : "?";
    xml += "<SnomIPPhoneInput>\n";
    append_element(xml, "Title", one_line(title, kNameCharactersMax));
    append_element(xml, "Prompt", "Search");
    append_element(xml, "Url", url + separator + field + "=" + std::string(kToken));
    xml += "\n<InputItem>";
    append_element(xml, "DisplayName", "Name");
    append_element(xml, "InputToken", kToken);
    append_element(xml, "DefaultValue", {});
    append_element(xml, "InputFlags", "a");
    return xml + "</InputItem>\n</SnomIPPhoneInput>\n";
  }
  return std::nullopt;
}

}  // namespace ringdex::telephony

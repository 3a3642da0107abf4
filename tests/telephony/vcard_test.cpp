#include "telephony/formats/vcard.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ringdex::telephony {
namespace {

// A reader of vCard 4.0 of its own.
struct ReadProperty {
  std::string name;
  std::map<std::string, std::string> parameters;
  std::string value;                // raw
  std::vector<std::string> values;  // parted at commas, unescaped
};

std::vector<std::string> unescaped_list(std::string_view value) {
  std::vector<std::string> list(1);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ',') {
      list.emplace_back();
    } else if (value[i] == '\\') {
      REQUIRE(i + 1 < value.size());
      ++i;
      list.back().push_back(value[i] == 'n' ? '\n' : value[i]);
    } else {
      list.back().push_back(value[i]);
    }
  }
  return list;
}

std::vector<ReadProperty> read_vcard(std::string text) {
  for (std::size_t at = 0; (at = text.find("\r\n ", at)) != std::string::npos;) text.erase(at, 3);
  std::vector<ReadProperty> properties;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    const std::string line = text.substr(at, end - at);
    CHECK(line.find_first_of("\r\n") == std::string::npos);
    at = end + 2;
    const std::size_t colon = line.find(':');
    REQUIRE(colon != std::string::npos);
    ReadProperty property;
    std::string head = line.substr(0, colon);
    property.value = line.substr(colon + 1);
    std::size_t semicolon = head.find(';');
    property.name = head.substr(0, semicolon);
    while (semicolon != std::string::npos) {
      const std::size_t next = head.find(';', semicolon + 1);
      const std::string parameter = head.substr(semicolon + 1, next - semicolon - 1);
      const std::size_t equals = parameter.find('=');
      REQUIRE(equals != std::string::npos);
      property.parameters[parameter.substr(0, equals)] = parameter.substr(equals + 1);
      semicolon = next;
    }
    if (property.parameters["VALUE"] != "uri" && property.name != "URL") {
      property.values = unescaped_list(property.value);
    }
    properties.push_back(std::move(property));
  }
  return properties;
}

void check_lines(const std::string& card) {
  REQUIRE(card.ends_with("\r\n"));
  for (std::size_t at = 0; at < card.size();) {
    const std::size_t end = card.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(end - at <= 75);
    // No line begins inside a character, folded or not.
    const std::size_t first = card[at] == ' ' ? at + 1 : at;
    CHECK((static_cast<unsigned char>(card[first]) & 0xC0U) != 0x80U);
    at = end + 2;
  }
}

VCard full_card() {
  VCard card;
  card.uid = "zendesk-eu:contact:35436";
  card.name = "Ada Whitlock; \"Countess\", \\ Lee";
  card.organization = "Whitlock & Daughters; Ltd, UK";
  card.title = "Owner\nand founder";
  card.url = "https://crm.example/c/7?a=b,c;d";
  card.phones = {{"tel:+442079460100", "020 7946 0100", "Work"},
                 {"tel:+447700900123;ext=12", "", "Mobile"},
                 {"", "ask for Ada; 7042", ""},
                 {"", "", "home"},
                 {"javascript:alert(1)", "1234", "Home fax"}};
  card.emails = {"ada@example.com", "", "a,b@example.com"};
  card.categories = {"vip", "", "north, east"};
  card.revised = "2026-01-04T05:33:20.5Z";
  return card;
}

TEST_CASE("A person is written as vCard 4.0") {
  CHECK(write_vcard(full_card()) ==
        "BEGIN:VCARD\r\n"
        "VERSION:4.0\r\n"
        "KIND:individual\r\n"
        "UID;VALUE=text:zendesk-eu:contact:35436\r\n"
        "FN:Ada Whitlock\\; \"Countess\"\\, \\\\ Lee\r\n"
        "ORG:Whitlock & Daughters\\; Ltd\\, UK\r\n"
        "TITLE:Owner and founder\r\n"
        "TEL;VALUE=uri;TYPE=work,voice:tel:+442079460100\r\n"
        "TEL;VALUE=uri;TYPE=cell:tel:+447700900123;ext=12\r\n"
        "TEL;TYPE=voice:ask for Ada\\; 7042\r\n"
        "TEL;TYPE=home,fax:1234\r\n"
        "EMAIL:ada@example.com\r\n"
        "EMAIL:a\\,b@example.com\r\n"
        "URL:https://crm.example/c/7?a=b,c;d\r\n"
        "CATEGORIES:vip,north\\, east\r\n"
        "REV:20260104T053320Z\r\n"
        "END:VCARD\r\n");
}

TEST_CASE("The same person is written as jCard") {
  const auto card = nlohmann::json::parse(write_jcard(full_card()));
  CHECK(card == nlohmann::json::parse(R"(["vcard", [
    ["version", {}, "text", "4.0"],
    ["kind", {}, "text", "individual"],
    ["uid", {}, "text", "zendesk-eu:contact:35436"],
    ["fn", {}, "text", "Ada Whitlock; \"Countess\", \\ Lee"],
    ["org", {}, "text", "Whitlock & Daughters; Ltd, UK"],
    ["title", {}, "text", "Owner and founder"],
    ["tel", {"type": ["work", "voice"]}, "uri", "tel:+442079460100"],
    ["tel", {"type": "cell"}, "uri", "tel:+447700900123;ext=12"],
    ["tel", {"type": "voice"}, "text", "ask for Ada; 7042"],
    ["tel", {"type": ["home", "fax"]}, "text", "1234"],
    ["email", {}, "text", "ada@example.com"],
    ["email", {}, "text", "a,b@example.com"],
    ["url", {}, "uri", "https://crm.example/c/7?a=b,c;d"],
    ["categories", {}, "text", "vip", "north, east"],
    ["rev", {}, "timestamp", "2026-01-04T05:33:20Z"]]])"));
  CHECK(write_jcard(full_card()).find('\n') == std::string::npos);
}

TEST_CASE("A card without a name is its organization's") {
  VCard card;
  card.organization = "Thornbury Glass Ltd";
  CHECK(write_vcard(card) ==
        "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Thornbury Glass Ltd\r\nORG:Thornbury Glass Ltd\r\nEND:VCARD\r\n");
  CHECK(write_vcard({}) == "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\nFN:\r\nEND:VCARD\r\n");
  CHECK(write_jcard({}) ==
        R"(["vcard",[["version",{},"text","4.0"],["kind",{},"text","individual"],["fn",{},"text",""]]])");
}

TEST_CASE("Only a time in UTC is a revision") {
  for (const char* text :
       {"", "yesterday", "2026-01-04", "2026-01-04T05:33:20", "2026-01-04T05:33:20+01:00", "2026-01-04 05:33:20Z",
        "2026-01-04T05:33:20.Z", "2026-01-04T05:33:20,5Z", "20260104T053320Z", "Z", "2026-01-04T05:33:2\nZ"}) {
    VCard card;
    card.revised = text;
    CHECK(write_vcard(card) == write_vcard({}));
    CHECK(write_jcard(card) == write_jcard({}));
  }
  VCard card;
  card.revised = "2026-01-04T05:33:20Z";
  CHECK(write_vcard(card).contains("\r\nREV:20260104T053320Z\r\n"));
}

TEST_CASE("A link that is none, or that runs script, is left out") {
  for (const char* url : {"", "crm/7", "javascript:alert(1)", "JavaScript:alert(1)", " java\tscript:alert(1)",
                          "data:text/html,x", ":x", "7up:x"}) {
    CAPTURE(std::string(url));
    VCard card;
    card.url = url;
    CHECK(!write_vcard(card).contains("URL"));
    CHECK(!write_jcard(card).contains("url"));
  }
  VCard card;
  card.url = "https://crm.example/ä b\r\nX:\"<\\";
  CHECK(write_vcard(card).contains("URL:https://crm.example/%C3%A4%20b%20X:%22%3C%5C\r\n"));
}

TEST_CASE("Long lines are folded between characters and unfold to what they were") {
  for (const std::string piece : {"a", "ä", "€", "😀", ",", "\\", ";a", "a b"}) {
    for (std::size_t shift = 0; shift < 5; ++shift) {
      VCard card;
      card.name = std::string(shift, 'x') + "y";
      while (card.name.size() < 400) card.name += piece;
      card.name += "z";
      const std::string text = write_vcard(card);
      check_lines(text);
      const auto properties = read_vcard(text);
      REQUIRE(properties.size() == 5);
      CHECK(unescaped_list(properties[3].value).size() == 1);
      CHECK(properties[3].values == std::vector<std::string>{card.name});
    }
  }
}

TEST_CASE("Hostile texts stay inside of their property") {
  std::mt19937 chance(11);
  const std::vector<std::string> pieces = {"\r\nTEL:666\r\n",
                                           "\nEND:VCARD\n",
                                           "\"",
                                           ",",
                                           ";",
                                           ":",
                                           "\\",
                                           "\\n",
                                           "\\\r",
                                           std::string(1, '\0'),
                                           "\xFF",
                                           "\xC3",
                                           "\xE2\x80\xA8",
                                           "\xC2\x85",
                                           "\t",
                                           " ",
                                           "name",
                                           "ä",
                                           "😀",
                                           "{}",
                                           "]]",
                                           "\x7F",
                                           "\r\n "};
  const auto hostile = [&] {
    std::string text;
    for (std::size_t i = chance() % 30; i > 0; --i) text += pieces[chance() % pieces.size()];
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    VCard card{hostile(), "N" + hostile(), "O" + hostile(), hostile(), "https:" + hostile(), {}, {}, {}, hostile()};
    card.phones = {{"tel:" + hostile(), "T" + hostile(), hostile()}, {"", "T" + hostile(), hostile()}};
    card.emails = {"E" + hostile()};
    card.categories = {"C" + hostile(), "C" + hostile()};
    const std::string text = write_vcard(card);
    check_lines(text);
    CHECK(text.find('\0') == std::string::npos);
    std::map<std::string, int> count;
    std::map<std::string, std::vector<std::string>> values;
    for (const auto& property : read_vcard(text)) {
      ++count[property.name];
      values[property.name] = property.values;
    }
    CHECK(count["BEGIN"] == 1);
    CHECK(count["END"] == 1);
    CHECK(count["TEL"] == 2);
    CHECK(count["FN"] == 1);
    CHECK(values["FN"].size() == 1);
    CHECK(values["CATEGORIES"].size() == 2);

    // Both notations say the same.
    const auto jcard = nlohmann::json::parse(write_jcard(card));
    REQUIRE(jcard.size() == 2);
    std::map<std::string, int> json_count;
    for (const auto& property : jcard[1]) {
      ++json_count[property[0].get<std::string>()];
      if (property[0] == "fn") CHECK(property[3] == values["FN"][0]);
      if (property[0] == "categories") CHECK(property[4] == values["CATEGORIES"][1]);
    }
    CHECK(json_count["tel"] == 2);
    CHECK(json_count["email"] == 1);
  }
}

}  // namespace
}  // namespace ringdex::telephony

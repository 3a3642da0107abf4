// Any bytes as a name, a card and a phone book's entry: what is written keeps its promises.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "telephony/formats/display_name.h"
#include "telephony/formats/phone_book.h"
#include "telephony/formats/vcard.h"
#include "telephony/text/utf8.h"

namespace {

using namespace ringdex::telephony;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const ringdex::text::Character character = ringdex::text::first_character(text);
    require(character.bytes > 0);
    text.remove_prefix(character.bytes);
    ++count;
  }
  return count;
}

void check_name(std::string_view bytes, NameForm form, std::size_t characters_max) {
  const std::string name = display_name(bytes, form, characters_max);
  require(characters_in(name) <= characters_max);
  require(name.find_first_of("%${}\\`\"';:,<>\n\r\t") == std::string::npos);
  require(!name.contains("  ") && !name.starts_with(' ') && !name.ends_with(' '));
  const auto is_printable = [](char byte) { return byte >= 0x20 && byte < 0x7F; };
  if (form != NameForm::utf8) require(std::ranges::all_of(name, is_printable));
  if (form == NameForm::cnam15) {
    require(name.size() <= 15);
    require(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 &-.") == std::string::npos);
  }
  require(display_name(name, form, characters_max) == name);
}

void check_card(const std::string& text) {
  const VCard card{text, "N" + text, text, text, "https:" + text, {{"tel:" + text, text, text}}, {text}, {text}, text};
  const std::string lines = write_vcard(card);
  characters_in(lines);
  std::size_t properties = 0;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find("\r\n", at);
    require(end != std::string::npos && end - at <= 75);
    require(std::all_of(lines.begin() + static_cast<std::ptrdiff_t>(at),
                        lines.begin() + static_cast<std::ptrdiff_t>(end),
                        [](char byte) { return static_cast<unsigned char>(byte) >= 0x20; }));
    properties += lines[at] == ' ' ? 0 : 1;
    at = end + 2;
  }
  const auto json = nlohmann::json::parse(write_jcard(card), nullptr, false);
  require(!json.is_discarded() && json.size() == 2);
  require(properties == json[1].size() + 2);  // BEGIN and END
}

void check_book(const std::string& text) {
  const PhoneBookPage page{text, {{text, text, {{text, text}, {"7", ""}}}}, text, text};
  for (const auto format :
       {PhoneBookFormat::cisco, PhoneBookFormat::grandstream, PhoneBookFormat::snom, PhoneBookFormat::yealink}) {
    const std::string xml = write_phone_book(format, page);
    characters_in(xml);
    // As many tags as without the text.
    PhoneBookPage plain{"", {{"", "", {{"", ""}, {"7", ""}}}}, "", ""};
    if (!page.next_url.empty()) plain.next_url = plain.search_form_url = "x";
    if (format == PhoneBookFormat::grandstream && xml.contains("<Company>")) plain.entries[0].organization = "x";
    require(std::ranges::count(xml, '<') == std::ranges::count(write_phone_book(format, plain), '<'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t characters_max = data[0] < 200 ? data[0] : 5000;
  for (const NameForm form : {NameForm::utf8, NameForm::ascii, NameForm::cnam15})
    check_name(text, form, characters_max);
  check_card(text);
  check_book(text);
  return 0;
}

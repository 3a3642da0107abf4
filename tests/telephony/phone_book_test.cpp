#include "telephony/formats/phone_book.h"

#include <doctest/doctest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/formats/one_line.h"

namespace ringdex::telephony {
namespace {

using Tree = boost::property_tree::ptree;
using Format = PhoneBookFormat;

// Boost's parser, which is strict about tags and entities.
Tree parsed(const std::string& xml) {
  CHECK(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
  std::istringstream stream(xml);
  Tree tree;
  REQUIRE_NOTHROW(boost::property_tree::read_xml(stream, tree, boost::property_tree::xml_parser::trim_whitespace));
  REQUIRE(tree.size() == 1);
  return tree;
}

Tree parsed_book(Format format, const PhoneBookPage& page) {
  return parsed(write_phone_book(format, page)).front().second;
}

struct Line {
  std::string name, number;
  bool operator==(const Line&) const = default;
};

// One line for each number, as the phone shows it.
std::vector<Line> lines_of(const Tree& book) {
  std::vector<Line> lines;
  for (const auto& [tag, entry] : book) {
    if (tag == "DirectoryEntry") {
      for (const auto& [child, telephone] : entry) {
        if (child == "Telephone") lines.push_back({entry.get<std::string>("Name"), telephone.data()});
      }
    } else if (tag == "Contact") {
      for (const auto& [child, phone] : entry) {
        if (child != "Phone") continue;
        CHECK(phone.get<int>("accountindex") == 0);
        lines.push_back({entry.get<std::string>("FirstName"), phone.get<std::string>("phonenumber")});
      }
    }
  }
  return lines;
}

// Name of each soft key and where it leads.
std::vector<std::pair<std::string, std::string>> keys_of(const Tree& book) {
  std::vector<std::pair<std::string, std::string>> keys;
  for (const auto& [tag, key] : book) {
    if (tag == "SoftKeyItem") keys.emplace_back(key.get<std::string>("Name"), key.get<std::string>("URL"));
  }
  return keys;
}

PhoneBookPage page_of_two() {
  PhoneBookPage page;
  page.title = "Directory";
  page.entries = {{"Ada Whitlock", "Whitlock & Daughters", {{"+442079460100", "Work"}, {"+447700900123", "Mobile"}}},
                  {"", "Thornbury <Glass> Ltd", {{"+442079460101", ""}}}};
  return page;
}

TEST_CASE("The makers are named in the URL") {
  CHECK(phone_book_format_from("cisco") == Format::cisco);
  CHECK(phone_book_format_from("grandstream") == Format::grandstream);
  CHECK(phone_book_format_from("snom") == Format::snom);
  CHECK(phone_book_format_from("yealink") == Format::yealink);
  CHECK(!phone_book_format_from("Cisco").has_value());
  CHECK(!phone_book_format_from("").has_value());
  CHECK(std::string_view(kPhoneBookContentType) == "text/xml; charset=utf-8");
}

TEST_CASE("A Cisco phone gets one entry for each number, and keys") {
  PhoneBookPage page = page_of_two();
  const Tree book = parsed_book(Format::cisco, page);
  CHECK(book.get<std::string>("Title") == "Directory");
  CHECK(book.get<std::string>("Prompt") == "Select a number");
  CHECK(lines_of(book) == std::vector<Line>{{"Ada Whitlock (Work)", "+442079460100"},
                                            {"Ada Whitlock (Mobile)", "+447700900123"},
                                            {"Thornbury <Glass> Ltd", "+442079460101"}});
  CHECK(keys_of(book).size() == 3);

  page.next_url = "http://pbx/phonebook/cisco?page=2&q=a";
  page.search_form_url = "http://pbx/phonebook/cisco/search";
  const auto keys = keys_of(parsed_book(Format::cisco, page));
  REQUIRE(keys.size() == 5);
  CHECK(keys[0].second == "SoftKey:Dial");
  CHECK(keys[3] == std::pair<std::string, std::string>("Next", page.next_url));
  CHECK(keys[4] == std::pair<std::string, std::string>("Search", page.search_form_url));
  CHECK(write_phone_book(Format::cisco, page).contains("<Position>4</Position>"));
  CHECK(parsed_book(Format::cisco, {}).get<std::string>("Prompt") == "No entries");
}

TEST_CASE("A long name on a Cisco phone leaves room for the label") {
  PhoneBookPage page;
  page.entries = {{"Maximiliane Müller-Lüdenscheidt von Hohenzollern", "", {{"1", "Mobile telephone"}, {"2", ""}}}};
  CHECK(lines_of(parsed_book(Format::cisco, page)) ==
        std::vector<Line>{{"Maximiliane Mülle (Mobile telep)", "1"}, {"Maximiliane Müller-Lüdensche (2)", "2"}});
  page.entries[0].numbers.pop_back();
  CHECK(lines_of(parsed_book(Format::cisco, page)) == std::vector<Line>{{"Maximiliane Müller-Lüdenscheidt", "1"}});
}

TEST_CASE("A Snom phone gets one entry for each number, and labelled keys") {
  PhoneBookPage page = page_of_two();
  page.next_url = "http://pbx/phonebook/snom?page=2";
  page.search_form_url = "http://pbx/phonebook/snom/search";
  const std::string xml = write_phone_book(Format::snom, page);
  CHECK(parsed(xml).front().first == "SnomIPPhoneDirectory");
  CHECK(lines_of(parsed_book(Format::snom, page)).size() == 3);
  CHECK(keys_of(parsed_book(Format::snom, page)) ==
        std::vector<std::pair<std::string, std::string>>{{"F3", page.search_form_url}, {"F4", page.next_url}});
  CHECK(keys_of(parsed_book(Format::snom, page_of_two())).empty());
}

TEST_CASE("A Yealink phone gets all numbers of a person in one entry") {
  const Tree book = parsed_book(Format::yealink, page_of_two());
  CHECK(book.count("DirectoryEntry") == 2);
  CHECK(lines_of(book) == std::vector<Line>{{"Ada Whitlock", "+442079460100"},
                                            {"Ada Whitlock", "+447700900123"},
                                            {"Thornbury <Glass> Ltd", "+442079460101"}});
}

TEST_CASE("A Grandstream phone gets an address book with typed numbers") {
  PhoneBookPage page = page_of_two();
  page.entries[0].numbers.push_back({"+442079460102", "privat"});
  page.entries[0].numbers.push_back({"+442079460103", "fax"});
  CHECK(write_phone_book(Format::grandstream, page) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<AddressBook>\n"
        "<Contact><id>1</id><FirstName>Ada Whitlock</FirstName><LastName></LastName>"
        "<Company>Whitlock &amp; Daughters</Company>"
        "<Phone type=\"Work\"><phonenumber>+442079460100</phonenumber><accountindex>0</accountindex></Phone>"
        "<Phone type=\"Cell\"><phonenumber>+447700900123</phonenumber><accountindex>0</accountindex></Phone>"
        "<Phone type=\"Home\"><phonenumber>+442079460102</phonenumber><accountindex>0</accountindex></Phone>"
        "<Phone type=\"Work\"><phonenumber>+442079460103</phonenumber><accountindex>0</accountindex></Phone>"
        "</Contact>\n"
        "<Contact><id>2</id><FirstName>Thornbury &lt;Glass&gt; Ltd</FirstName><LastName></LastName>"
        "<Company>Thornbury &lt;Glass&gt; Ltd</Company>"
        "<Phone type=\"Work\"><phonenumber>+442079460101</phonenumber><accountindex>0</accountindex></Phone>"
        "</Contact>\n"
        "</AddressBook>\n");
  CHECK(lines_of(parsed_book(Format::grandstream, page)).size() == 5);
}

TEST_CASE("Phones that cannot search by themselves get a form") {
  const auto cisco = write_search_form(Format::cisco, "Search & find", "http://pbx/book?key=1", "q");
  REQUIRE(cisco.has_value());
  const Tree form = parsed(*cisco).get_child("CiscoIPPhoneInput");
  CHECK(form.get<std::string>("Title") == "Search & find");
  CHECK(form.get<std::string>("URL") == "http://pbx/book?key=1");
  CHECK(form.get<std::string>("InputItem.QueryStringParam") == "q");
  CHECK(form.get<std::string>("InputItem.InputFlags") == "A");

  const auto snom = write_search_form(Format::snom, "Search", "http://pbx/book?key=1", "q");
  REQUIRE(snom.has_value());
  const Tree input = parsed(*snom).get_child("SnomIPPhoneInput");
  CHECK(input.get<std::string>("Url") == "http://pbx/book?key=1&q=__X__");
  CHECK(input.get<std::string>("InputItem.InputToken") == "__X__");
  const auto plain = write_search_form(Format::snom, "Search", "http://pbx/book", "q");
  CHECK(parsed(*plain).get<std::string>("SnomIPPhoneInput.Url") == "http://pbx/book?q=__X__");

  CHECK(!write_search_form(Format::yealink, "Search", "http://pbx/book", "q").has_value());
  CHECK(!write_search_form(Format::grandstream, "Search", "http://pbx/book", "q").has_value());
}

TEST_CASE("Hostile texts come back as text") {
  std::mt19937 chance(5);
  const std::vector<std::string> pieces = {"</Name>",
                                           "<x>",
                                           "&",
                                           "&amp;",
                                           "&#0;",
                                           "]]>",
                                           "<!--",
                                           "-->",
                                           "\"",
                                           "'",
                                           "\x01",
                                           "\x1F",
                                           "\r\n",
                                           "\t",
                                           " ",
                                           std::string(1, '\0'),
                                           "\xFF",
                                           "\xC3",
                                           "\xEF\xBF\xBE",
                                           "\xEF\xBF\xBF",
                                           "\xEF\xBB\xBF",
                                           "\xE2\x80\xA8",
                                           "\xC2\x85",
                                           "\xED\xA0\x80",
                                           "ä",
                                           "王",
                                           "😀",
                                           "a",
                                           "7",
                                           "<?xml?>",
                                           "<![CDATA["};
  const auto hostile = [&] {
    std::string text;
    for (std::size_t i = chance() % 15; i > 0; --i) text += pieces[chance() % pieces.size()];
    return text;
  };
  for (int round = 0; round < 1500; ++round) {
    PhoneBookPage page{hostile(), {}, "http:" + hostile(), "http:" + hostile()};
    std::vector<Line> expected;
    for (std::size_t i = chance() % 4; i > 0; --i) {
      page.entries.push_back({"N" + hostile() + "N", hostile(), {{"7" + hostile() + "7", hostile()}}});
      expected.push_back({one_line(page.entries.back().name), one_line(page.entries.back().numbers[0].text)});
    }
    for (const Format format : {Format::cisco, Format::grandstream, Format::snom, Format::yealink}) {
      const std::string xml = write_phone_book(format, page);
      for (const char byte : xml) CHECK((static_cast<unsigned char>(byte) >= 0x20 || byte == '\n'));
      for (const char* forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xEF\xBB\xBF", "\xED\xA0"}) {
        CHECK(!xml.contains(forbidden));
      }
      auto lines = lines_of(parsed_book(format, page));
      REQUIRE(lines.size() == expected.size());
      for (std::size_t i = 0; i < lines.size(); ++i) {
        CHECK(lines[i].number == expected[i].number);
        if (format == Format::cisco) {
          CHECK(expected[i].name.starts_with(lines[i].name));
        } else {
          CHECK(lines[i].name == expected[i].name);
        }
      }
      const auto form = write_search_form(format, hostile(), "http:" + hostile(), hostile());
      if (form) parsed(*form);
    }
  }
}

TEST_CASE("A name is one line of characters that XML allows, cut between characters") {
  CHECK(one_line(" a\r\n\tb\x01  c ") == "a b c");
  CHECK(one_line(std::string_view("a\0b", 3)) == "a b");
  CHECK(one_line("M\xFCller \x80") == "Müller €");
  CHECK(one_line("a\xEF\xBF\xBE\xEF\xBB\xBFz") == "az");
  CHECK(one_line("\xC2\xA0\xE2\x80\xA8x") == "x");
  CHECK(one_line("äöü", 2) == "äö");
  CHECK(one_line("a bc", 2) == "a");
  CHECK(one_line("a bc", 3) == "a b");
  CHECK(one_line("a", 0).empty());
  CHECK(one_line("").empty());
}

}  // namespace
}  // namespace ringdex::telephony

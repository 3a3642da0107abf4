#include "sync/connectors/csv/csv_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace ringdex::sync {
namespace {

using Rows = std::vector<std::vector<std::string>>;

ReadBytes bytes_of(const std::string& file) {
  return [&file](std::uint64_t offset, char* target, std::size_t bytes) -> std::expected<std::size_t, std::string> {
    if (offset >= file.size()) return 0;
    const auto count = std::min(bytes, file.size() - static_cast<std::size_t>(offset));
    std::memcpy(target, file.data() + offset, count);
    return count;
  };
}

struct Whole {
  Rows rows;
  std::vector<std::string> errors;
  std::vector<std::uint64_t> lines;
  std::vector<std::uint64_t> ends;
  std::vector<std::uint64_t> end_lines;
};

Whole read_from(const std::string& file, const CsvFormat& format, std::uint64_t offset, std::uint64_t line,
                std::size_t chunk) {
  Whole whole;
  CsvReader reader(bytes_of(file), format, offset, line, chunk);
  CsvRow row;
  for (;;) {
    const auto more = reader.next(row);
    REQUIRE(more.has_value());
    if (!*more) return whole;
    whole.rows.push_back(row.cells);
    whole.errors.push_back(row.error);
    whole.lines.push_back(row.line);
    whole.ends.push_back(row.end_offset);
    whole.end_lines.push_back(row.end_line);
  }
}

Whole read_all(const std::string& file, std::size_t chunk = kCsvChunkBytes) {
  const auto format = read_csv_format(file);
  return read_from(file, format, format.start, format.start_line, chunk);
}

std::string utf16(const std::u16string& text, bool little) {
  std::string bytes = little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char16_t unit : text) {
    const auto low = static_cast<char>(unit & 0xFF);
    const auto high = static_cast<char>(unit >> 8);
    bytes += little ? low : high;
    bytes += little ? high : low;
  }
  return bytes;
}

TEST_CASE("rows as programs write them, whatever the chunks") {
  struct Case {
    std::string file;
    Rows rows;
    std::vector<std::uint64_t> lines;
  };
  const std::vector<Case> table{
      {"", {}, {}},
      {"\n", {{""}}, {1}},
      {"a,b", {{"a", "b"}}, {1}},
      {"a,b\n", {{"a", "b"}}, {1}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}, {1, 2}},
      {"a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}, {1, 2}},
      {"a,\n,b\n", {{"a", ""}, {"", "b"}}, {1, 2}},
      {"a\n\nb,c,d\n,\n", {{"a"}, {""}, {"b", "c", "d"}, {"", ""}}, {1, 2, 3, 4}},
      {"\"a,b\",\"c\"\"d\"\n", {{"a,b", "c\"d"}}, {1}},
      {"\"\",\"\"\"\"\n", {{"", "\""}}, {1}},
      {"x,\"one\r\ntwo\rthree\nfour\"\ny,z\n", {{"x", "one\r\ntwo\rthree\nfour"}, {"y", "z"}}, {1, 5}},
      {"a\"b,c\"\"d\n", {{"a\"b", "c\"\"d"}}, {1}},
      {"\"a\"b,c\n", {{"ab", "c"}}, {1}},
      {"\"a\" \"b\",c\n", {{"a \"b\"", "c"}}, {1}},
      {"a,\"b\"", {{"a", "b"}}, {1}},
      {"a,", {{"a", ""}}, {1}},
      {"a;b;c\n1,2;3;4\n", {{"a", "b", "c"}, {"1,2", "3", "4"}}, {1, 2}},
      {"a\tb\n1\t2\n", {{"a", "b"}, {"1", "2"}}, {1, 2}},
      {"a|b|c,d\n", {{"a", "b", "c,d"}}, {1}},
      {"\"x;y;z\",b\n", {{"x;y;z", "b"}}, {1}},
      {"sep=;\r\na;b,c\r\n", {{"a", "b,c"}}, {2}},
      {"\xEF\xBB\xBF"
       "a,b\n",
       {{"a", "b"}},
       {1}},
      {"na\xC3\xAFve,b\n", {{"na\xC3\xAFve", "b"}}, {1}},
      {"na\xEFve,\x80\n", {{"na\xC3\xAFve", "\xE2\x82\xAC"}}, {1}},
      {"\x93q\x94,\"\xE9\n\xE8\"\n", {{"\xE2\x80\x9Cq\xE2\x80\x9D", "\xC3\xA9\n\xC3\xA8"}}, {1}},
      {utf16(u"a\tÄ\r\n\"x\ny\"\t\U0001F600\r\n", true), {{"a", "Ä"}, {"x\ny", "\U0001F600"}}, {1, 2}},
      {utf16(u"a;Ä\n€;b", false), {{"a", "Ä"}, {"€", "b"}}, {1, 2}},
      {utf16({u'a', u',', static_cast<char16_t>(0xD800), u'b', u'\n'}, true),
       {{"a",
         "\xEF\xBF\xBD"
         "b"}},
       {1}},
  };
  for (const auto& one : table) {
    CAPTURE(one.file);
    for (const std::size_t chunk : {4U, 5U, 6U, 7U, 13U, 4096U}) {
      CAPTURE(chunk);
      const auto whole = read_all(one.file, chunk);
      CHECK(whole.rows == one.rows);
      CHECK(whole.lines == one.lines);
      if (!whole.ends.empty()) CHECK(whole.ends.back() == one.file.size());
    }
  }
}

TEST_CASE("the format of a file is told from its beginning") {
  const auto format = [](const std::string& head) { return read_csv_format(head); };
  CHECK(format("a,b") == CsvFormat{TextEncoding::utf8, ',', 0, 1});
  CHECK(format("") == CsvFormat{TextEncoding::utf8, ',', 0, 1});
  CHECK(format("name") == CsvFormat{TextEncoding::utf8, ',', 0, 1});
  CHECK(format("\n\na;b;c") == CsvFormat{TextEncoding::utf8, ';', 0, 1});
  CHECK(format("\xEF\xBB\xBFsep=|\r\na|b") == CsvFormat{TextEncoding::utf8, '|', 10, 2});
  CHECK(format("sep=x\na,b").start == 0);
  CHECK(format("\"a;b;c;d\",x") == CsvFormat{TextEncoding::utf8, ',', 0, 1});
  CHECK(format("a,b\nM\xFCller") == CsvFormat{TextEncoding::windows_1252, ',', 0, 1});
  CHECK(format(utf16(u"sep=;\na;b", true)) == CsvFormat{TextEncoding::utf16le, ';', 14, 2});
  // A head that ends inside a character is UTF-8 all the same.
  std::string head(kCsvHeadBytes - 1, 'a');
  CHECK(format(head + "\xC3").encoding == TextEncoding::utf8);
  CHECK(format(head.substr(1) + "\xE9").encoding == TextEncoding::windows_1252);
}

TEST_CASE("a cell that is no UTF-8 behind the first megabyte is read as Windows-1252") {
  std::string file = "a,b\n";
  while (file.size() <= kCsvHeadBytes) file += "J\xC3\xBCrgen,x\n";
  file += "J\xFCrgen,y\n";
  const auto whole = read_all(file);
  CHECK(whole.rows.back() == std::vector<std::string>{"J\xC3\xBCrgen", "y"});
  CHECK(whole.rows[1] == std::vector<std::string>{"J\xC3\xBCrgen", "x"});
}

TEST_CASE("a quote that is never closed costs one row") {
  const std::string file = "a,b\n1,\"2\n3,4\n5,6\n";
  for (const std::size_t chunk : {4U, 7U, 4096U}) {
    const auto whole = read_all(file, chunk);
    REQUIRE(whole.rows.size() == 4);
    CHECK(whole.errors[1] == "the quote that opens in line 2 is never closed");
    CHECK(whole.lines == std::vector<std::uint64_t>{1, 2, 3, 4});
    CHECK(whole.rows[2] == std::vector<std::string>{"3", "4"});
    CHECK(whole.rows[3] == std::vector<std::string>{"5", "6"});
  }
  CHECK(read_all("a\n\"b").errors == std::vector<std::string>{"", "the quote that opens in line 2 is never closed"});

  std::string large = "a,b\n1,\"2\n";
  for (int i = 0; i < 20'000; ++i) large += "3,4\n";
  const auto whole = read_all(large);
  REQUIRE(whole.rows.size() == 20'002);
  CHECK(whole.errors[1].find("line 2 has more than 65536 bytes; is a quote missing?") != std::string::npos);
  CHECK(std::count(whole.errors.begin(), whole.errors.end(), "") == 20'001);
  CHECK(whole.lines.back() == 20'002);
}

TEST_CASE("limits cost one row and reading goes on at the next line") {
  std::string wide_row;
  for (std::size_t i = 0; i < kCsvColumnsMax; ++i) wide_row += ',';
  std::string long_row = std::string(60'000, 'x');
  for (int i = 0; i < 18; ++i) long_row += ',' + std::string(60'000, 'x');
  const std::vector<std::pair<std::string, std::string>> table{
      {std::string(kCsvCellBytesMax + 1, 'x'), "a cell has more than 65536 bytes"},
      {'"' + std::string(kCsvCellBytesMax + 1, 'x') + '"', "has more than 65536 bytes"},
      {wide_row, "the row has more than 1000 cells"},
      {long_row, "the row has more than 1048576 bytes"},
  };
  for (const auto& [row, error] : table) {
    for (const std::size_t chunk : {1000UL, kCsvChunkBytes}) {
      const auto whole = read_all("a,b\n" + row + "\n1,2\n", chunk);
      REQUIRE(whole.rows.size() == 3);
      CHECK(whole.errors[1].find(error) != std::string::npos);
      CHECK(whole.lines == std::vector<std::uint64_t>{1, 2, 3});
      CHECK(whole.rows[2] == std::vector<std::string>{"1", "2"});
    }
  }
  const auto full = read_all("a,b\n" + std::string(kCsvCellBytesMax, 'x') + "\n" + wide_row.substr(1) + "\n");
  CHECK(full.errors == std::vector<std::string>{"", "", ""});
  CHECK(full.rows[2].size() == kCsvColumnsMax);
}

TEST_CASE("a failure to read is told and is no end of the file") {
  int calls = 0;
  CsvReader reader(
      [&calls](std::uint64_t, char* target, std::size_t) -> std::expected<std::size_t, std::string> {
        if (++calls > 1) return std::unexpected<std::string>("the disk is gone");
        std::memcpy(target, "a,b\nc", 5);
        return 5;
      },
      {}, 0, 1, 5);
  CsvRow row;
  CHECK(*reader.next(row));
  const auto failed = reader.next(row);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error() == "the disk is gone");
}

// The other way round: rows to text, quoting where it must and now and then where it need not.
std::string write_rows(const Rows& rows, char delimiter, std::mt19937& random, const std::string& line_end) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += delimiter;
      const bool must = row[i].find_first_of("\",;\t|\r\n") != std::string::npos;
      if (!must && random() % 4 != 0) {
        text += row[i];
        continue;
      }
      text += '"';
      for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += line_end;
  }
  return text;
}

TEST_CASE("random rows come back, also from a reader made at the end of each row") {
  const auto seed = std::random_device{}();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> pieces{"a", "Zo\xC3\xAB",       " ", ",", ";", "\t", "|", "\"", "\n", "\r\n", "\r",
                                        "'", "\xF0\x9F\x98\x80", "0"};
  for (int round = 0; round < 150; ++round) {
    Rows rows{{"name", "phone", "note"}};
    for (std::size_t i = 0, count = random() % 12; i < count; ++i) {
      std::vector<std::string> row(1 + random() % 5);
      for (auto& cell : row) {
        for (std::size_t k = 0, parts = random() % 5; k < parts; ++k) cell += pieces[random() % pieces.size()];
      }
      rows.push_back(row);
    }
    const char delimiter = ",;\t|"[random() % 4];
    const std::string line_end = std::vector<std::string>{"\n", "\r\n", "\r"}[random() % 3];
    const auto file = write_rows(rows, delimiter, random, line_end);
    const std::size_t chunk = 4 + random() % 40;
    const auto whole = read_all(file, chunk);
    REQUIRE(whole.rows == rows);
    const auto format = read_csv_format(file);
    for (std::size_t i = 0; i < whole.rows.size(); ++i) {
      const auto rest = read_from(file, format, whole.ends[i], whole.end_lines[i], chunk);
      REQUIRE(rest.rows == Rows(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, rows.end()));
      REQUIRE(
          std::equal(rest.lines.begin(), rest.lines.end(), whole.lines.begin() + static_cast<std::ptrdiff_t>(i) + 1));
    }
  }
}

TEST_CASE("random bytes end, stay in the limits and do not depend on chunks or on where reading began") {
  const auto seed = std::random_device{}();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  const std::string letters = "a\",\n\r\xE9\xC3\xA9;";
  for (int round = 0; round < 300; ++round) {
    std::string file = round % 3 == 0 ? "\xFF\xFE" : "";
    for (std::size_t i = 0, count = random() % 80; i < count; ++i) {
      file += letters[random() % letters.size()];
      if (round % 3 == 0) file += random() % 20 == 0 ? '\xD8' : '\0';
    }
    const auto whole = read_all(file);
    const auto small = read_all(file, 4 + random() % 5);
    REQUIRE(whole.rows == small.rows);
    REQUIRE(whole.errors == small.errors);
    REQUIRE(whole.ends == small.ends);
    const auto format = read_csv_format(file);
    for (std::size_t i = 0; i < whole.rows.size(); ++i) {
      const auto rest = read_from(file, format, whole.ends[i], whole.end_lines[i], 64);
      REQUIRE(rest.rows == Rows(whole.rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, whole.rows.end()));
    }
  }
}

}  // namespace
}  // namespace ringdex::sync

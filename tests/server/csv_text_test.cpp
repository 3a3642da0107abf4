#include "server/api/csv_text.h"

#include <fmt/format.h>

#include <random>
#include <regex>

#include "tests/server/csv_rows.h"

namespace ringdex::server {
namespace {

std::string one_cell(const std::string& cell) {
  std::string text;
  CsvText(text).text(cell).end_row();
  return text;
}

TEST_CASE("cells are quoted where they must be, and rows end as RFC 4180 has it") {
  std::string text;
  CsvText out(text);
  out.text("id").text("a,b").text("say \"hi\"").text("").text("two\nlines").text("a;b").end_row();
  out.number(std::uint64_t{7}).number(1.5).number(-2.0).text("-2").end_row();
  CHECK(text == "id,\"a,b\",\"say \"\"hi\"\"\",,\"two\nlines\",\"a;b\"\r\n7,1.5,-2,'-2\r\n");
}

TEST_CASE("what a spreadsheet takes for a formula gets an apostrophe, also inside quotes") {
  for (const std::string formula : {"=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\uff1d1", "\uff20x"}) {
    CHECK(one_cell(formula) == "'" + formula + "\r\n");
  }
  CHECK(one_cell("=1,2") == "\"'=1,2\"\r\n");
  for (const std::string blank : {"\t", "\r", "\n"}) {
    CHECK(one_cell(blank + "=1") == "\"'" + blank + "'=1\"\r\n");
    CHECK(one_cell(blank + "1") == "\"'" + blank + "1\"\r\n");
  }
  CHECK(one_cell("=\"\"") == "\"'=\"\"\"\"\"\r\n");
  for (const std::string plain : {"a=1", "1-2", "Anna", "'=1", " =1", "\uff11"}) {
    CHECK(one_cell(plain) == plain + "\r\n");
  }
}

// Where a sign may begin a cell, for whichever separator.
std::string with_apostrophes(const std::string& text) {
  static const std::regex kBeginnings(R"rx((^|[,;\t\r\n][ "]*)([=+@-]))rx");
  std::string out = std::regex_replace(text, kBeginnings, "$1'$2");
  if (!text.empty() && std::string("\t\r\n").contains(text[0])) return std::string("'").append(out);
  return out;
}

TEST_CASE("no part of a text begins a formula, whatever separates a spreadsheet's cells") {
  std::mt19937_64 chance(6);
  const std::string letters = "a \"\",,;;\t\r\n==+-@";
  for (int round = 0; round < 2'000; ++round) {
    std::string cell = "x";
    for (std::size_t length = chance() % 12; length > 0; --length) cell.push_back(letters[chance() % letters.size()]);
    const std::string line = one_cell(cell);
    CAPTURE(cell);
    for (const std::string separators : {";\r\n", "\t\r\n", ",;\t\r\n"}) {
      for (std::size_t begin = 0; begin < line.size();) {
        const std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
        const std::size_t first = line.find_first_not_of(" \"", begin);
        if (first < end) REQUIRE_FALSE(std::string("=+-@").contains(line[first]));
        begin = end + 1;
      }
    }
  }
}

TEST_CASE("any texts come back as they were, apart from that apostrophe") {
  std::mt19937_64 chance(5);
  const std::string letters = "ab \"\",,;\t\r\n=+-@'";
  std::vector<std::vector<std::string>> rows(200);
  std::string text;
  CsvText out(text);
  out.text("a,b").text("c").text("d").end_row();
  for (auto& row : rows) {
    for (int cell = 0; cell < 3; ++cell) {
      std::string made;
      for (std::size_t length = chance() % 8; length > 0; --length) made.push_back(letters[chance() % letters.size()]);
      row.push_back(made);
      out.text(made);
    }
    out.end_row();
  }
  const auto read = csv_rows(text);
  REQUIRE(read.size() == rows.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(read[i + 1].size() == rows[i].size());
    for (std::size_t cell = 0; cell < rows[i].size(); ++cell) {
      const std::string& was = rows[i][cell];
      REQUIRE(read[i + 1][cell] == with_apostrophes(was));
    }
  }
}

TEST_CASE("a file's name has only letters that are safe in a header and on every disk") {
  const HttpResponse file = csv_file("runs-../\"\r\nX: é;a_B-9", "id\r\n");
  CHECK(file.status == 200);
  CHECK(file.content_type == "text/csv; charset=utf-8");
  CHECK(file.body == "id\r\n");
  REQUIRE(file.headers.size() == 1);
  CHECK(file.headers[0].first == "Content-Disposition");
  CHECK(file.headers[0].second == "attachment; filename=\"runs-______X_____a_B-9.csv\"");
  CHECK(csv_file(std::string(5'000, 'a'), "").headers[0].second.size() < 120);
}

}  // namespace
}  // namespace ringdex::server

#include "server/api/csv_text.h"

#include <fmt/format.h>

#include <random>

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
  CHECK(one_cell("\t=1") == "\"'\t=1\"\r\n");
  CHECK(one_cell("\r=1") == "\"'\r=1\"\r\n");
  CHECK(one_cell("\n=1") == "\"'\n=1\"\r\n");
  CHECK(one_cell("=\"\"") == "\"'=\"\"\"\"\"\r\n");
  for (const std::string plain : {"a=1", "1-2", "Anna", "'=1", " =1", "\uff11"}) {
    CHECK(one_cell(plain) == plain + "\r\n");
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
      const bool is_formula = !was.empty() && std::string("=+-@\t\r\n").contains(was[0]);
      REQUIRE(read[i + 1][cell] == (is_formula ? "'" + was : was));
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

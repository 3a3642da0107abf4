#include "server/api/csv_text.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace ringdex::server {
namespace {

constexpr std::size_t kFileNameMax = 64;

// Spreadsheets with Asian input read the full-width signs alike.
bool looks_like_formula(std::string_view cell) {
  if (cell.empty()) return false;
  if (std::string_view("=+-@\t\r\n").contains(cell.front())) return true;
  for (const std::string_view sign : {"\uff1d", "\uff0b", "\uff0d", "\uff20"}) {
    if (cell.starts_with(sign)) return true;
  }
  return false;
}

bool is_file_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

void CsvText::begin_cell() {
  if (!std::exchange(first_, false)) out_.push_back(',');
}

// Some spreadsheets part cells at semicolons or tabs.
CsvText& CsvText::text(std::string_view cell) {
  begin_cell();
  const bool quoted = cell.find_first_of(",;\"\t\r\n") != std::string_view::npos;
  if (quoted) out_.push_back('"');
  if (looks_like_formula(cell)) out_.push_back('\'');
  for (const char c : cell) {
    if (c == '"') out_.push_back('"');
    out_.push_back(c);
  }
  if (quoted) out_.push_back('"');
  return *this;
}

CsvText& CsvText::number(std::uint64_t cell) {
  begin_cell();
  fmt::format_to(std::back_inserter(out_), "{}", cell);
  return *this;
}

CsvText& CsvText::number(double cell) {
  begin_cell();
  fmt::format_to(std::back_inserter(out_), "{}", cell);
  return *this;
}

void CsvText::end_row() {
  out_.append("\r\n");
  first_ = true;
}

HttpResponse csv_file(std::string_view name, std::string body) {
  std::string file(name.substr(0, kFileNameMax));
  for (char& c : file) {
    if (!is_file_name_letter(c)) c = '_';
  }
  HttpResponse response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = std::move(body);
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}.csv\"", file));
  return response;
}

}  // namespace ringdex::server

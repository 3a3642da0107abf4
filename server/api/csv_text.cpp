#include "server/api/csv_text.h"

#include <fmt/core.h>

#include <iterator>
#include <utility>

namespace ringdex::server {
namespace {

constexpr std::size_t kFileNameMax = 64;

constexpr std::string_view kSeparators = ",;\t\r\n";

// Spreadsheets with Asian input read the full-width signs alike.
bool looks_like_formula(std::string_view cell) {
  if (std::string_view("=+-@").contains(cell.front())) return true;
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

// A spreadsheet that parts cells at semicolons or tabs does not see these quotes, so what stands behind any separator
// may begin a cell.
CsvText& CsvText::text(std::string_view cell) {
  begin_cell();
  const bool quoted = cell.contains('"') || cell.find_first_of(kSeparators) != std::string_view::npos;
  if (quoted) out_.push_back('"');
  if (!cell.empty() && std::string_view("\t\r\n").contains(cell.front())) out_.push_back('\'');
  bool begins = true;
  for (std::size_t at = 0; at < cell.size(); ++at) {
    const char c = cell[at];
    if (begins && looks_like_formula(cell.substr(at))) out_.push_back('\'');
    if (c == '"') out_.push_back('"');
    out_.push_back(c);
    // Blanks and quotes in front of a formula are skipped by some.
    begins = kSeparators.contains(c) || (begins && at > 0 && (c == ' ' || c == '"'));
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

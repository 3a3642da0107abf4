#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/http_message.h"

namespace ringdex::server {

// Writes CSV (RFC 4180) onto the end of a text, cell by cell. For people who open it in a spreadsheet: a text that one
// would take for a formula gets an apostrophe in front (OWASP, "CSV injection"), a number stays as it is.
class CsvText {
 public:
  explicit CsvText(std::string& out) : out_(out) {}

  CsvText& text(std::string_view cell);
  CsvText& number(std::uint64_t cell);
  CsvText& number(double cell);
  void end_row();

 private:
  void begin_cell();

  std::string& out_;
  bool first_ = true;
};

// The answer that a browser stores as a file. What is not a letter, digit, '-' or '_' in `name` becomes '_'.
HttpResponse csv_file(std::string_view name, std::string body);

}  // namespace ringdex::server

#include "sync/connectors/csv/csv_cursor.h"

#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

namespace ringdex::sync {

std::string CsvCursor::to_text() const {
  std::string written;
  text::JsonWriter(written)
      .open('{')
      .member("blank", after_blank)
      .member("done", done)
      .member("file", file)
      .member("line", line)
      .member("offset", offset)
      .member("v", 1)
      .member("version", version)
      .close('}');
  return written;
}

std::optional<CsvCursor> CsvCursor::from_text(const std::string& text) {
  if (text.empty()) return CsvCursor{};
  const auto json = text::JsonDocument::parse(text);
  if (!json) return std::nullopt;
  const auto file = (*json)["file"].text();
  const auto version = (*json)["version"].integer();
  const auto offset = (*json)["offset"].natural();
  const auto line = (*json)["line"].natural();
  const auto blank = (*json)["blank"].boolean();
  const auto done = (*json)["done"].boolean();
  if ((*json)["v"].integer() != 1 || !file || !version || !offset || !line || !blank || !done) return std::nullopt;
  return CsvCursor{std::string(*file), *version, *offset, *line, *blank, *done};
}

}  // namespace ringdex::sync

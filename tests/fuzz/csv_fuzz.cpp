#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "sync/clean_text.h"
#include "sync/connectors/csv/csv_reader.h"
#include "sync/connectors/csv/csv_row.h"
#include "telephony/text/utf8.h"

namespace {

using namespace ringdex::sync;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<CsvRow> rows_of(const std::string& file, const CsvFormat& format, std::uint64_t offset, std::uint64_t line,
                            std::size_t chunk_bytes) {
  const auto read = [&file](std::uint64_t at, char* target,
                            std::size_t bytes) -> std::expected<std::size_t, std::string> {
    if (at >= file.size()) return 0;
    const auto count = std::min(bytes, file.size() - static_cast<std::size_t>(at));
    std::memcpy(target, file.data() + at, count);
    return count;
  };
  CsvReader reader(read, format, offset, line, chunk_bytes);
  std::vector<CsvRow> rows;
  for (CsvRow row; *reader.next(row);) {
    require(row.end_offset > (rows.empty() ? offset : rows.back().end_offset) || !row.error.empty());
    require(rows.size() <= file.size());
    for (const auto& cell : row.cells) require(ringdex::text::is_valid_utf8(cell));
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

// Any bytes: the rows are the same whatever the chunks, and from the end of a row on they are the same rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string file(reinterpret_cast<const char*>(data), size);
  const auto format = read_csv_format(file);
  const auto whole = rows_of(file, format, format.start, format.start_line, kCsvChunkBytes);
  const auto small = rows_of(file, format, format.start, format.start_line, 7);
  require(whole.size() == small.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].cells == small[i].cells && whole[i].error == small[i].error);
    require(whole[i].end_offset == small[i].end_offset && whole[i].line == small[i].line);
  }
  if (whole.empty()) return 0;
  const auto middle = whole.size() / 2;
  const auto rest = rows_of(file, format, whole[middle].end_offset, whole[middle].end_line, 64);
  require(rest.size() == whole.size() - middle - 1);
  for (std::size_t i = 0; i < rest.size(); ++i) require(rest[i].cells == whole[middle + 1 + i].cells);

  if (const auto plan = plan_csv_columns(whole[0].cells, {}, {})) {
    for (const auto& row : whole) static_cast<void>(read_csv_person(row.cells, *plan));
  }
  return 0;
}

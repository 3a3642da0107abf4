#include "sync/connectors/csv/csv_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "sync/clean_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::sync {
namespace {

bool is_wide(TextEncoding encoding) {
  return encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be;
}

}  // namespace

CsvReader::CsvReader(ReadBytes read, CsvFormat format, std::uint64_t offset, std::uint64_t line,
                     std::size_t chunk_bytes)
    : read_(std::move(read)),
      format_(format),
      // A surrogate pair must fit.
      chunk_bytes_(std::max<std::size_t>(chunk_bytes, 4)),
      next_offset_(offset),
      mark_offset_(offset),
      line_(line) {
  for (const char c : {format_.delimiter, '\n', '\r'}) stops_unquoted_[static_cast<unsigned char>(c)] = true;
  for (const char c : {'"', '\n', '\r'}) stops_quoted_[static_cast<unsigned char>(c)] = true;
}

// Reads the next chunk if this one is used up. A failure to read ends the text and is told by next().
bool CsvReader::at_end() {
  while (at_ == chunk_.size() && !ended_) {
    raw_.resize(chunk_bytes_);
    const auto count = read_(next_offset_, raw_.data(), raw_.size());
    if (!count || *count == 0) {
      if (!count) failure_ = count.error();
      ended_ = true;
      break;
    }
    raw_.resize(*count);
    auto used = *count;
    chunk_ = raw_;
    if (is_wide(format_.encoding)) {
      decoded_ = to_utf8(raw_, format_.encoding, *count < chunk_bytes_, used);
      chunk_ = decoded_;
    }
    at_ = mark_at_ = 0;
    mark_offset_ = next_offset_;
    next_offset_ += used;
  }
  return at_ == chunk_.size();
}

std::uint64_t CsvReader::position() {
  if (at_ == chunk_.size()) return next_offset_;
  mark_offset_ += bytes_in_file(chunk_.substr(mark_at_, at_ - mark_at_), format_.encoding);
  mark_at_ = at_;
  return mark_offset_;
}

void CsvReader::go_to(Place place) {
  chunk_ = {};
  at_ = mark_at_ = 0;
  next_offset_ = mark_offset_ = place.offset;
  line_ = place.line;
  ended_ = false;
}

// CR, LF or CRLF at the present place; CRLF may be cut by the end of a chunk.
void CsvReader::take_line_end(std::string* into) {
  const char first = chunk_[at_++];
  if (into != nullptr) *into += first;
  if (first == '\r' && !at_end() && chunk_[at_] == '\n') {
    ++at_;
    if (into != nullptr) *into += '\n';
  }
  ++line_;
}

void CsvReader::append_run(std::string& cell, const std::array<bool, 256>& stops) {
  auto end = at_;
  while (end < chunk_.size() && !stops[static_cast<unsigned char>(chunk_[end])]) ++end;
  cell.append(chunk_, at_, end - at_);
  at_ = end;
}

std::string& CsvReader::open_cell(CsvRow& row) {
  if (row.cells.size() == cells_) row.cells.emplace_back();
  return row.cells[cells_];
}

void CsvReader::close_cell(CsvRow& row) {
  auto& cell = open_cell(row);
  row_bytes_ += cell.size();
  // Bytes that are no UTF-8 in a file that began as UTF-8 were pasted from elsewhere.
  if (!is_wide(format_.encoding) && !text::is_valid_utf8(cell)) cell = windows_1252_to_utf8(cell);
  ++cells_;
  state_ = State::cell_start;
}

std::expected<bool, std::string> CsvReader::next(CsvRow& row) {
  row.error.clear();
  row.line = line_;
  cells_ = row_bytes_ = 0;
  state_ = State::cell_start;
  after_quote_line_.reset();
  if (at_end()) {
    if (!failure_.empty()) return std::unexpected(failure_);
    return false;
  }
  if (read_cells(row)) finish(row);
  if (!failure_.empty()) return std::unexpected(failure_);
  row.end_offset = position();
  row.end_line = line_;
  return true;
}

// false if the row was given up; reading then stands at the next line.
bool CsvReader::read_cells(CsvRow& row) {
  if (!row.cells.empty()) row.cells[0].clear();
  for (;;) {
    auto& cell = open_cell(row);
    if (cell.size() > kCsvCellBytesMax) {
      recover(row,
              state_ == State::quoted
                  ? fmt::format("the quoted cell that begins in line {} has more than {} bytes; is a quote missing?",
                                quote_line_, kCsvCellBytesMax)
                  : fmt::format("a cell has more than {} bytes", kCsvCellBytesMax));
      return false;
    }
    if (row_bytes_ + cell.size() > kCsvRowBytesMax) {
      state_ = State::unquoted;
      recover(row, fmt::format("the row has more than {} bytes", kCsvRowBytesMax));
      return false;
    }
    if (cells_ >= kCsvColumnsMax) {
      recover(row, fmt::format("the row has more than {} cells", kCsvColumnsMax));
      return false;
    }
    if (at_end()) {
      if (state_ != State::quoted) return true;
      recover(row, fmt::format("the quote that opens in line {} is never closed", quote_line_));
      return false;
    }

    if (state_ == State::quoted) {
      append_run(cell, stops_quoted_);
      if (at_ == chunk_.size()) continue;
      if (chunk_[at_] == '"') {
        ++at_;
        state_ = State::after_quote;
        continue;
      }
      take_line_end(&cell);
      if (!after_quote_line_) after_quote_line_ = Place{position(), line_};
      continue;
    }
    const char c = chunk_[at_];
    if (c == '"' && state_ == State::cell_start) {
      ++at_;
      state_ = State::quoted;
      quote_line_ = line_;
      after_quote_line_.reset();
    } else if (c == '"' && state_ == State::after_quote) {
      ++at_;
      cell += '"';
      state_ = State::quoted;
    } else if (c == format_.delimiter) {
      ++at_;
      close_cell(row);
      if (row.cells.size() > cells_) row.cells[cells_].clear();
    } else if (c == '\n' || c == '\r') {
      take_line_end(nullptr);
      return true;
    } else {
      // Text behind a closing quote is kept as it stands.
      state_ = State::unquoted;
      append_run(cell, stops_unquoted_);
    }
  }
}

void CsvReader::finish(CsvRow& row) {
  close_cell(row);
  row.cells.resize(cells_);
}

// A quote that opens and never closes swallows rows: these are read again from the line behind it. Since all that was
// swallowed holds only pairs of quotes, the same bytes can't be swallowed twice. Any other row ends at its line end.
void CsvReader::recover(CsvRow& row, std::string error) {
  row.error = std::move(error);
  row.cells.clear();
  if (state_ == State::quoted && after_quote_line_) {
    go_to(*after_quote_line_);
    return;
  }
  while (!at_end()) {
    at_ = std::min(chunk_.find_first_of("\r\n", at_), chunk_.size());
    if (at_ == chunk_.size()) continue;
    take_line_end(nullptr);
    return;
  }
}

}  // namespace ringdex::sync

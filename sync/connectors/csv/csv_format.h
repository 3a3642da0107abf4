#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringdex::sync {

enum class TextEncoding { utf8, utf16le, utf16be, windows_1252 };

// How a CSV file is written, told from its first bytes.
struct CsvFormat {
  TextEncoding encoding = TextEncoding::utf8;
  char delimiter = ',';
  std::uint64_t start = 0;  // byte of the header: after a byte order mark and after Excel's line "sep=;"
  std::uint64_t start_line = 1;
  bool operator==(const CsvFormat&) const = default;
};

inline constexpr std::size_t kCsvHeadBytes = 1024 * 1024;

// `head` is the file's first kCsvHeadBytes, or all of it. A byte order mark decides; without one the text is UTF-8 if
// it is valid as such, else Windows-1252. The delimiter is the one of , ; TAB | that stands most often in the header
// line outside quotes.
CsvFormat read_csv_format(std::string_view head);

// Bytes that encode whole characters, as UTF-8. `used` is how many of them were read: all but a cut-off character at
// the end, which is read as U+FFFD once the text is `complete`.
std::string to_utf8(std::string_view bytes, TextEncoding encoding, bool complete, std::size_t& used);
std::string windows_1252_to_utf8(std::string_view bytes);

// How many bytes of the file the UTF-8 text `text` was, as to_utf8 made it. For UTF-8 and Windows-1252 the reader keeps
// the file's own bytes, so that each byte counts one.
std::uint64_t bytes_in_file(std::string_view text, TextEncoding encoding);

}  // namespace ringdex::sync

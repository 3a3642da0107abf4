#include "sync/connectors/csv/csv_people.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace ringdex::sync {
namespace {

std::unexpected<FetchError> failed(FetchErrorKind kind, const std::string& path, const std::string& reason) {
  return std::unexpected(FetchError{kind, fmt::format("{}: {}", path, reason), std::nullopt, 0});
}

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

std::expected<std::string, FetchError> identity_of(const struct stat& status, const CsvOptions& options) {
  if (!S_ISREG(status.st_mode)) return failed(FetchErrorKind::malformed, options.path, "is no regular file");
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  // An export that was cut off before its first byte must not delete everybody.
  if (bytes == 0) return failed(FetchErrorKind::malformed, options.path, "the file is empty");
  if (bytes > options.file_bytes_max) {
    return failed(FetchErrorKind::malformed, options.path,
                  fmt::format("the file has {} bytes; at most {} are read", bytes, options.file_bytes_max));
  }
  return fmt::format("{}{:09}:{}:{}", status.st_mtim.tv_sec, status.st_mtim.tv_nsec, bytes, status.st_ino);
}

// Reads until `bytes` are there or the file ends.
std::expected<std::size_t, std::string> read_at(int descriptor, std::uint64_t offset, char* target, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const auto count = ::pread(descriptor, target + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(reason_of(errno));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

bool is_blank(const std::string& cell) {
  return cell.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::size_t filled_cells(const CsvRow& row) {
  return static_cast<std::size_t>(
      std::count_if(row.cells.begin(), row.cells.end(), [](const auto& cell) { return !is_blank(cell); }));
}

}  // namespace

std::expected<std::string, FetchError> CsvPeople::identify(const CsvOptions& options) {
  struct stat status{};
  if (::stat(options.path.c_str(), &status) != 0) {
    return failed(FetchErrorKind::unavailable, options.path, reason_of(errno));
  }
  return identity_of(status, options);
}

std::expected<std::unique_ptr<CsvPeople>, FetchError> CsvPeople::open(const CsvOptions& options) {
  // A pipe in the file's place must not make the sync wait.
  const int descriptor = ::open(options.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failed(FetchErrorKind::unavailable, options.path, reason_of(errno));
  std::unique_ptr<CsvPeople> people(new CsvPeople(descriptor));
  if (auto understood = people->understand(options); !understood) return std::unexpected(std::move(understood.error()));
  return people;
}

CsvPeople::~CsvPeople() {
  ::close(descriptor_);
}

std::expected<void, FetchError> CsvPeople::understand(const CsvOptions& options) {
  path_ = options.path;
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return failed(FetchErrorKind::unavailable, path_, reason_of(errno));
  auto identity = identity_of(status, options);
  if (!identity) return std::unexpected(std::move(identity.error()));
  identity_ = std::move(*identity);

  std::string head(std::min(kCsvHeadBytes, static_cast<std::size_t>(status.st_size)), '\0');
  const auto count = read_at(descriptor_, 0, head.data(), head.size());
  if (!count) return failed(FetchErrorKind::unavailable, path_, count.error());
  head.resize(*count);
  format_ = read_csv_format(head);

  go_to(format_.start, format_.start_line, false);
  for (;;) {
    const auto more = reader_->next(row_);
    if (!more) return failed(FetchErrorKind::unavailable, path_, more.error());
    if (!*more) return failed(FetchErrorKind::malformed, path_, "the file has no header");
    if (!row_.error.empty()) {
      return failed(FetchErrorKind::malformed, path_,
                    fmt::format("the header in line {} can't be read: {}", row_.line, row_.error));
    }
    if (filled_cells(row_) > 0) break;
  }
  auto fields = options.mapping.custom_field_names();
  for (const auto& phone : options.mapping.phone_fields) fields.erase(phone);
  auto plan = plan_csv_columns(row_.cells, options.columns, options.mapping.phone_fields, fields);
  if (!plan) return failed(FetchErrorKind::malformed, path_, plan.error());
  plan_ = std::move(*plan);
  first_offset_ = row_.end_offset;
  first_line_ = row_.end_line;
  go_to_first();
  return {};
}

void CsvPeople::go_to(std::uint64_t offset, std::uint64_t line, bool after_blank) {
  offset_ = offset;
  line_ = line;
  after_blank_ = after_blank;
  const auto read = [descriptor = descriptor_](std::uint64_t at, char* target, std::size_t bytes) {
    return read_at(descriptor, at, target, bytes);
  };
  reader_.emplace(read, format_, offset, line);
}

void CsvPeople::go_to_first() {
  go_to(first_offset_, first_line_, false);
}

std::expected<CsvItem, FetchError> CsvPeople::next() {
  for (;;) {
    const auto more = reader_->next(row_);
    if (!more) return failed(FetchErrorKind::unavailable, path_, more.error());
    CsvItem item;
    if (!*more) return item;
    offset_ = row_.end_offset;
    line_ = row_.end_line;
    item.line = row_.line;
    if (!row_.error.empty()) {
      item.kind = CsvItem::Kind::bad_row;
      item.error = row_.error;
      return item;
    }
    const auto filled = filled_cells(row_);
    if (filled == 0) {
      after_blank_ = true;
      continue;
    }
    // Reports end with a blank line and lines of text about the report.
    if (after_blank_ && filled == 1 && plan_.columns > 1) {
      item.kind = CsvItem::Kind::footer;
      return item;
    }
    after_blank_ = false;
    auto person = read_csv_person(row_.cells, plan_);
    if (person) {
      item.kind = CsvItem::Kind::person;
      item.person = std::move(*person);
    } else {
      item.kind = CsvItem::Kind::bad_row;
      item.error = std::move(person.error());
    }
    return item;
  }
}

}  // namespace ringdex::sync

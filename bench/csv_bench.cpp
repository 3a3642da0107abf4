#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "sync/connectors/csv/csv_file.h"
#include "sync/connectors/csv/csv_reader.h"

namespace {

using namespace ringdex;
using namespace ringdex::sync;

constexpr std::size_t kRows = 100'000;

// Seven columns and three number spellings, as an export has them.
const std::string& people() {
  static const std::string text = [] {
    std::string file = "Id,First Name,Last Name,Company,Phone,Mobile,Email\r\n";
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto line = 2'000'000 + i;
      file +=
          fmt::format("{},Given{},\"Family, {}\",Company {},(212) {}-{:04},{},given{}@company.example\r\n", i, i % 997,
                      i, i % 5003, line / 10'000, line % 10'000, i % 3 == 0 ? fmt::format("+1646{}", line) : "", i);
    }
    return file;
  }();
  return text;
}

void read_rows(benchmark::State& state) {
  const auto& file = people();
  const auto read = [&file](std::uint64_t at, char* target,
                            std::size_t bytes) -> std::expected<std::size_t, std::string> {
    if (at >= file.size()) return 0;
    const auto count = std::min(bytes, file.size() - static_cast<std::size_t>(at));
    std::memcpy(target, file.data() + at, count);
    return count;
  };
  for (auto _ : state) {
    CsvReader reader(read, read_csv_format(file.substr(0, kCsvHeadBytes)), 0, 1);
    std::size_t rows = 0;
    for (CsvRow row; *reader.next(row);) ++rows;
    if (rows != kRows + 1) state.SkipWithError("rows are missing");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(file.size()));
}
BENCHMARK(read_rows)->Unit(benchmark::kMillisecond);

void connector_pages(benchmark::State& state) {
  auto folder = (std::filesystem::temp_directory_path() / "ringdex-csv-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return state.SkipWithError("no temporary folder");
  const auto path = folder + "/people.csv";
  std::ofstream(path, std::ios::binary) << people();
  const telephony::NumberParser parser;
  const CsvOptions options{{"people", "US", 10, 10, {}}, path, {}, index::RecordKind::contact, 1000, 1'000'000'000};
  for (auto _ : state) {
    const auto connector = make_csv_connector(options, parser);
    std::size_t records = 0;
    std::string cursor;
    for (bool more = true; more;) {
      const auto page = connector->next_page(cursor, TimePoint{});
      if (!page) return state.SkipWithError(page.error().message.c_str());
      records += page->records.size();
      cursor = page->next_cursor;
      more = page->more;
    }
    if (records != kRows) state.SkipWithError("records are missing");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
  std::filesystem::remove_all(folder);
}
BENCHMARK(connector_pages)->Unit(benchmark::kMillisecond);

}  // namespace

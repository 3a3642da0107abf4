#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "telephony/number/phone_field.h"
#include "tests/support/test_parser.h"

namespace ringdex::telephony {
namespace {

// One field as people really wrote it, with what it means.
struct TrueField {
  std::string region;
  std::string raw;
  std::vector<std::string> numbers;
  std::vector<std::string> labels;
  bool sure = false;
  bool label_may_be_missing = false;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<TrueField> read_true_fields(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<TrueField> fields;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '\t');) cells.push_back(cell);
    if (cells.size() < 5) continue;
    cells.resize(6);
    fields.push_back({.region = cells[0],
                      .raw = cells[1],
                      .numbers = words_of(cells[2]),
                      .labels = words_of(cells[3]),
                      .sure = cells[4] == "sure",
                      .label_may_be_missing = cells[5].contains("sets no label is not wrong")});
  }
  return fields;
}

std::string label_of(const FieldPhone& phone) {
  if (!phone.parsed->extension.empty()) return "ext=" + phone.parsed->extension;
  return phone.label.empty() ? "-" : phone.label;
}

bool is_right(const TrueField& field, const std::vector<FieldPhone>& phones) {
  std::vector<std::string> numbers;
  std::vector<std::string> labels;
  for (const FieldPhone& phone : phones) {
    if (!phone.parsed) continue;
    numbers.push_back(phone.parsed->number.to_e164());
    labels.push_back(label_of(phone));
  }
  if (numbers != field.numbers) return false;
  // A single mark stands for every number of the row.
  std::vector<std::string> expected = field.labels;
  if (expected.size() == 1) expected.resize(numbers.size(), expected.front());
  if (labels == expected) return true;
  return field.label_may_be_missing && std::ranges::all_of(labels, [](const auto& label) { return label == "-"; });
}

TEST_CASE("Real phone fields are read as people meant them") {
  const std::filesystem::path path = std::filesystem::path(RINGDEX_DATA_DIR) / "phones" / "messy-truth.tsv";
  if (!std::filesystem::exists(path)) {
    MESSAGE("Skipped: there is no " << path.string());
    return;
  }
  std::size_t sure = 0;
  std::size_t sure_right = 0;
  std::size_t all_right = 0;
  const std::vector<TrueField> fields = read_true_fields(path);
  for (const TrueField& field : fields) {
    const auto phones = read_phone_field(test_parser(), field.raw, field.region);
    const bool right = is_right(field, phones);
    all_right += right ? 1 : 0;
    if (!field.sure) continue;
    ++sure;
    sure_right += right ? 1 : 0;
    CAPTURE(field.raw);
    CHECK(right);
  }
  MESSAGE("messy fields: " << sure_right << " of " << sure << " sure, " << all_right << " of " << fields.size()
                           << " all");
}

}  // namespace
}  // namespace ringdex::telephony

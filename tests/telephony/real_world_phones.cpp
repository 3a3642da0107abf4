#include "tests/telephony/real_world_phones.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

bool is_phone_key(std::string_view key) {
  const std::string lower = text::ascii_lower(key);
  // "payment:phone" and its like say whether a phone may be used.
  if (lower.contains("payment") || lower.contains("source")) return false;
  return lower.contains("phone") || lower.contains("fax") || lower.contains("mobil") || lower.starts_with("tel") ||
         lower.ends_with("general_no");
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void collect(const nlohmann::json& value, const std::string& region, Texts& texts) {
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) {
    if (member.is_string() && value.is_object() && is_phone_key(key)) {
      if (const auto text = member.get<std::string>(); !text.empty()) texts.emplace_back(region, text);
    } else {
      collect(member, region, texts);
    }
  }
}

std::vector<std::vector<std::string>> csv_rows(std::string_view content, char delimiter) {
  std::vector<std::vector<std::string>> rows(1);
  std::string cell;
  bool quoted = false;
  for (const char character : content) {
    if (character == '"') {
      quoted = !quoted;
    } else if (!quoted && (character == delimiter || character == '\n' || character == '\r')) {
      rows.back().push_back(std::exchange(cell, {}));
      if (character != delimiter) rows.emplace_back();
    } else {
      cell.push_back(character);
    }
  }
  return rows;
}

void collect_csv(std::string_view content, const std::string& region, Texts& texts) {
  const std::string_view first_line = content.substr(0, content.find_first_of("\r\n"));
  const auto rows = csv_rows(content, first_line.contains(';') ? ';' : ',');
  for (std::size_t column = 0; column < rows[0].size(); ++column) {
    if (!is_phone_key(rows[0][column])) continue;
    for (std::size_t row = 1; row < rows.size(); ++row) {
      if (column < rows[row].size() && !rows[row][column].empty()) texts.emplace_back(region, rows[row][column]);
    }
  }
}

void collect_yaml(std::string_view content, const std::string& region, Texts& texts) {
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = text::trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || !is_phone_key(line.substr(0, colon))) continue;
    std::string_view value = text::trimmed(line.substr(colon + 2));
    if (value.size() > 2 && value.front() == '\'') value = value.substr(1, value.size() - 2);
    texts.emplace_back(region, value);
  }
}

}  // namespace

Texts real_world_phones() {
  Texts texts;
  const std::filesystem::path folder = std::filesystem::path(RINGDEX_DATA_DIR) / "phones" / "real-world";
  if (!std::filesystem::exists(folder)) return texts;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    const std::string region = path.filename().string().substr(0, 2);
    const std::string content = content_of(path);
    const std::string kind = path.extension().string();
    if (kind == ".json" || kind == ".geojson") {
      collect(nlohmann::json::parse(content, nullptr, false), region, texts);
    } else if (kind == ".csv") {
      collect_csv(content, region, texts);
    } else if (kind == ".yaml") {
      collect_yaml(content, region, texts);
    }
  }
  return texts;
}

}  // namespace ringdex::telephony

#include "sync/connectors/csv/csv_cursor.h"

#include <nlohmann/json.hpp>

namespace ringdex::sync {

using Json = nlohmann::json;

std::string CsvCursor::to_text() const {
  return Json{{"v", 1},       {"file", file}, {"version", version},  {"offset", offset},
              {"line", line}, {"done", done}, {"blank", after_blank}}
      .dump();
}

std::optional<CsvCursor> CsvCursor::from_text(const std::string& text) {
  if (text.empty()) return CsvCursor{};
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto field = [&json](const char* name, bool (Json::*is_type)() const noexcept) -> const Json* {
    const auto found = json.find(name);
    return found != json.end() && ((*found).*is_type)() ? &*found : nullptr;
  };
  const auto* v = field("v", &Json::is_number_integer);
  const auto* file = field("file", &Json::is_string);
  const auto* version = field("version", &Json::is_number_integer);
  const auto* offset = field("offset", &Json::is_number_unsigned);
  const auto* line = field("line", &Json::is_number_unsigned);
  const auto* blank = field("blank", &Json::is_boolean);
  const auto* done = field("done", &Json::is_boolean);
  for (const auto* one : {v, file, version, offset, line, blank, done}) {
    if (one == nullptr) return std::nullopt;
  }
  if (*v != 1) return std::nullopt;
  return CsvCursor{file->get<std::string>(),   version->get<std::int64_t>(), offset->get<std::uint64_t>(),
                   line->get<std::uint64_t>(), blank->get<bool>(),           done->get<bool>()};
}

}  // namespace ringdex::sync

#include "server/api/json_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ringdex::server {

JsonWriter& JsonWriter::text(std::string_view value) {
  const bool plain = std::ranges::all_of(value, [](char byte) {
    return static_cast<unsigned char>(byte) >= 0x20 && static_cast<unsigned char>(byte) < 0x7f && byte != '"' &&
           byte != '\\';
  });
  if (!plain) return raw(nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  separate();
  out_.push_back('"');
  out_.append(value);
  out_.push_back('"');
  return *this;
}

}  // namespace ringdex::server

#pragma once

#include <string>
#include <string_view>

#include "server/system/reused_list.h"

namespace ringdex::server {

// A name and what it stands for: a header, a query's parameter.
struct NamedText {
  std::string name;
  std::string value;
  void clear() {
    name.clear();
    value.clear();
  }
  bool operator==(const NamedText&) const = default;
};

// The first of that name, or nullptr.
const std::string* find_named(const ReusedList<NamedText>& all, std::string_view name);

// Adds a request target's percent-decoded path segments, empty ones left out, and its form-decoded query, in order, as
// text::append_percent_decoded does; what follows a '#' is left out. Lists that were used before are not allocated
// anew.
void read_url_target(std::string_view target, ReusedList<std::string>& path, ReusedList<NamedText>& query);

}  // namespace ringdex::server

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "index/records/record.h"

namespace ringdex::index {

// Something that happened to a call, for the screens of those whom it concerns.
struct CallEvent {
  std::uint64_t number = 0;  // grows with each event of the account, also over a restart
  TimePoint at{};
  std::string type;                 // ringing, changed, picked, answered, ended
  std::vector<std::string> agents;  // whom it concerns; empty: nobody in particular
  std::string data;                 // JSON without a line break
  bool operator==(const CallEvent&) const = default;
};

}  // namespace ringdex::index

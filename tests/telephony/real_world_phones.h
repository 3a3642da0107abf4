#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ringdex::telephony {

// Every phone text of the real files under RINGDEX_DATA_DIR, read in place, with the region that the file's name says.
// Empty if the folder is missing.
std::vector<std::pair<std::string, std::string>> real_world_phones();

}  // namespace ringdex::telephony

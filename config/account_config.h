#pragma once

#include "config/config.h"
#include "config/object_reader.h"

namespace ringdex::config {

// Reads one member of "accounts".
AccountConfig read_account(ObjectReader& reader);

}  // namespace ringdex::config

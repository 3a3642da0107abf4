#pragma once

#include <string>

#include "config/config.h"
#include "config/object_reader.h"
#include "config/secret.h"

namespace ringdex::config {

// Reads one element of "sources"; relative paths start at the folder of `places`.
SourceConfig read_source(ObjectReader& reader, const SecretPlaces& places);

}  // namespace ringdex::config

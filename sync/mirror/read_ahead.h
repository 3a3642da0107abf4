#pragma once

#include <memory>

#include "sync/connector.h"

namespace ringdex::sync {

// A connector that reads the page behind the one it gave in a thread of its own, while the syncer stores that one. For
// a source whose pages cost nothing but time: a file. What was read ahead is given only if it is asked for next, and
// not if it failed; nothing is stored or moved by it.
std::unique_ptr<Connector> make_read_ahead(std::unique_ptr<Connector> pages);

}  // namespace ringdex::sync

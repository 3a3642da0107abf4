#pragma once

namespace ringdex::index {

// The calling thread works when no lookup wants the processor: for syncing, loading, and whatever nobody waits for.
void lower_thread_priority();

}  // namespace ringdex::index

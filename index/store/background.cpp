#include "index/store/background.h"

#include <sys/resource.h>

namespace ringdex::index {
namespace {

constexpr int kNiceness = 15;

}  // namespace

// On Linux a thread has a niceness of its own, and 0 means the calling one (setpriority(2), "C library/kernel
// differences"). Where it is not allowed, all work has the same weight.
void lower_thread_priority() {
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
}

}  // namespace ringdex::index

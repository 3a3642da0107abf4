#include "sync/mirror/retry_delay.h"

#include <algorithm>

namespace ringdex::sync {

std::chrono::milliseconds retry_delay(std::uint32_t attempt, double draw, const RetryDelayOptions& options) {
  auto delay = std::min(options.first, options.longest);
  for (std::uint32_t i = 1; i < attempt && delay < options.longest; ++i) {
    // Compared before doubling, so that the sum cannot overflow.
    delay = delay > options.longest / 2 ? options.longest : delay * 2;
    if (delay.count() <= 0) break;
  }
  const auto half = delay / 2;
  const auto jitter = static_cast<double>((delay - half).count()) * std::clamp(draw, 0.0, 1.0);
  return half + std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(jitter));
}

}  // namespace ringdex::sync

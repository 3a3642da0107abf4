#pragma once

#include <chrono>
#include <cstdint>

namespace ringdex::sync {

struct RetryDelayOptions {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
};

// Exponential back-off with full jitter: a delay in [d/2, d] with d = first * 2^(attempt-1), at most `longest`.
// `attempt` counts from 1, `draw` is uniform in [0, 1). Pure.
std::chrono::milliseconds retry_delay(std::uint32_t attempt, double draw, const RetryDelayOptions& options);

}  // namespace ringdex::sync

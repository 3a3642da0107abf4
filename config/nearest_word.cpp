#include "config/nearest_word.h"

#include <algorithm>
#include <cstddef>

#include "telephony/text/edit_distance.h"

namespace ringdex::config {
namespace {

constexpr std::size_t kWordBytesMax = 64;

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty() || word.size() > kWordBytesMax) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto distance = text::edit_distance(word, candidate);
    // A short word that shares no letter with the other is no typing error.
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace ringdex::config

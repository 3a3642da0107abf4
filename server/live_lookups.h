#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "telephony/phone_number.h"

namespace ringdex::server {

// Asks an account's CRMs for a number that the mirror does not know, for at most as long as a ring may wait. Any thread
// may call.
class LiveLookups {
 public:
  // So many rings wait at a time; the next one is answered from the mirror alone.
  static constexpr std::size_t kWaitingMax = 16;
  using Done = std::function<void(bool found)>;
  // Asks all sources, gives how many; `done` is called once for each, from any thread.
  using Ask = std::function<std::size_t(const std::string& account, telephony::PhoneNumber number, const Done& done)>;

  enum class Outcome { found, unknown, late, not_asked };

  explicit LiveLookups(Ask ask) : ask_(std::move(ask)) {}

  // Blocks until something was found and indexed, every source has answered, or `deadline` is over. What comes later
  // is indexed all the same. `number` is canonical.
  Outcome ask(const std::string& account, telephony::PhoneNumber number, std::chrono::milliseconds deadline);
  bool has_room() const { return waiting_ < kWaitingMax; }

 private:
  const Ask ask_;
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace ringdex::server

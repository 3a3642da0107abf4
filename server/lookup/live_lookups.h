#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/lookup/inquiry.h"
#include "server/lookup/wait_permits.h"
#include "telephony/number/phone_number.h"
#include "telephony/text/enum_names.h"

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
  // Whether the account has sources to ask.
  using Serves = std::function<bool(std::string_view account)>;

  enum class Outcome { found, unknown, late, not_asked };

  LiveLookups(Ask ask, Serves serves) : ask_(std::move(ask)), serves_(std::move(serves)) {}

  bool serves(std::string_view account) const { return serves_(account); }

  // To be taken before a thread is given to whoever waits, so that nobody stands in a queue for one. nullopt if too
  // many wait.
  std::optional<WaitPermit> take_permit() { return permits_.take(); }

  // Asks; nullptr if nobody can be asked. `number` is canonical. What is found is indexed, also when nobody waits any
  // more.
  std::shared_ptr<Inquiry> begin(const std::string& account, telephony::PhoneNumber number) const;
  // Blocks until something was found and indexed, every source has answered, or `deadline` is over.
  static Outcome wait(Inquiry* inquiry, std::chrono::milliseconds deadline);

 private:
  const Ask ask_;
  const Serves serves_;
  WaitPermits permits_{kWaitingMax};
};

inline constexpr auto kLiveOutcomeNames =
    text::enum_names<LiveLookups::Outcome>({{LiveLookups::Outcome::found, "found"},
                                            {LiveLookups::Outcome::unknown, "unknown"},
                                            {LiveLookups::Outcome::late, "late"},
                                            {LiveLookups::Outcome::not_asked, "not_asked"}});

}  // namespace ringdex::server

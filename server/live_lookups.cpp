#include "server/live_lookups.h"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace ringdex::server {
namespace {

struct Answers {
  std::mutex mutex;
  std::condition_variable changed;
  // Under mutex.
  std::size_t answered = 0;
  bool found = false;
};

}  // namespace

bool LiveLookups::take_place() {
  if (++waiting_ <= kWaitingMax) return true;
  --waiting_;
  return false;
}

LiveLookups::Outcome LiveLookups::ask(const std::string& account, telephony::PhoneNumber number,
                                      std::chrono::milliseconds deadline) const {
  // A source may answer after everybody has left.
  const auto answers = std::make_shared<Answers>();
  const std::size_t asked = ask_(account, number, [answers](bool found) {
    const std::lock_guard lock(answers->mutex);
    ++answers->answered;
    answers->found = answers->found || found;
    answers->changed.notify_all();
  });
  Outcome outcome = Outcome::not_asked;
  if (asked > 0) {
    std::unique_lock lock(answers->mutex);
    answers->changed.wait_for(lock, deadline, [&] { return answers->found || answers->answered == asked; });
    outcome = answers->found ? Outcome::found : answers->answered == asked ? Outcome::unknown : Outcome::late;
  }
  return outcome;
}

}  // namespace ringdex::server

#include "server/lookup/live_lookups.h"

namespace ringdex::server {

std::shared_ptr<Inquiry> LiveLookups::begin(const std::string& account, telephony::PhoneNumber number) const {
  // A source may answer after everybody has left.
  auto inquiry = std::make_shared<Inquiry>();
  const std::size_t asked = ask_(account, number, [inquiry](bool found) { inquiry->answer(found); });
  if (asked == 0) return nullptr;
  inquiry->expect(asked);
  return inquiry;
}

LiveLookups::Outcome LiveLookups::wait(Inquiry* inquiry, std::chrono::milliseconds deadline) {
  if (inquiry == nullptr) return Outcome::not_asked;
  const auto found = inquiry->wait_for(deadline);
  if (!found) return Outcome::late;
  return *found ? Outcome::found : Outcome::unknown;
}

}  // namespace ringdex::server

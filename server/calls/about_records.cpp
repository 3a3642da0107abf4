#include "server/calls/about_records.h"

#include <chrono>
#include <utility>
#include <variant>

namespace ringdex::server {

using index::RecordId;

std::optional<index::Record> AboutRecords::find(const RingRequest& request) const {
  const index::IndexView view = index_.read();
  for (const RecordId& id : ids_of(*request.about)) {
    auto found = view.get(request.account, id);
    if (auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr) return std::move(known->record);
  }
  return std::nullopt;
}

AboutRecords::Known AboutRecords::find_or_fetch(const RingRequest& request) {
  Known known{find(request)};
  if (known.record || !request.may_fetch || request.about->source == index::kLocalSource) return known;
  known.fetch = fetch(request);
  return known;
}

std::shared_ptr<Inquiry> AboutRecords::fetch(const RingRequest& request) {
  std::vector<RecordId> ids = ids_of(*request.about);
  const auto inquiry = std::make_shared<Inquiry>();
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(fetches_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<Inquiry>& running = fetches_[request.account + "/" + ids.front().to_string()];
    const auto known = running.lock();
    if (known != nullptr && !known->wait_for(std::chrono::milliseconds(0))) return known;
    running = inquiry;
  }
  inquiry->expect(1);
  fetch(request.account, std::move(ids), inquiry);
  return inquiry;
}

// One id after the other, until one is there.
void AboutRecords::fetch(const std::string& account, std::vector<RecordId> ids,
                         const std::shared_ptr<Inquiry>& inquiry) {
  const RecordId id = std::move(ids.front());
  ids.erase(ids.begin());
  const bool asked = fetch_(account, id, [this, account, ids = std::move(ids), inquiry](bool found) {
    if (found || ids.empty()) return inquiry->answer(found);
    later_.run([this, account, ids, inquiry] { fetch(account, ids, inquiry); });
  });
  if (!asked) inquiry->answer(false);
}

}  // namespace ringdex::server

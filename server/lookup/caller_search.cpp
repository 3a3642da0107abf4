#include "server/lookup/caller_search.h"

#include <algorithm>
#include <utility>

#include "telephony/number/number_variants.h"

namespace ringdex::server {
namespace {

// How long an unknown caller's ring waits for its turn among those who write to the index.
constexpr std::chrono::milliseconds kCreateTimeout{100};

}  // namespace

WaitingSearch::WaitingSearch(const LookupRequest& request, WaitPermit permit)
    : account_(request.account),
      number_(request.number),
      region_(request.region),
      called_(request.called),
      agent_(request.agent),
      plan_(request.plan),
      permit_(std::move(permit)) {}

LookupRequest WaitingSearch::request() const {
  return {.account = account_, .number = number_, .region = region_, .called = called_, .plan = plan_, .agent = agent_};
}

bool CallerSearch::asks_crms(const LookupRequest& request, const Found& found) const {
  return is_unknown(found) && found->account->live_deadline && live_ != nullptr && live_->serves(request.account);
}

std::optional<WaitPermit> CallerSearch::permit_to_ask(const LookupRequest& request, const Found& found) const {
  return asks_crms(request, found) ? live_->take_permit() : std::nullopt;
}

std::optional<WaitPermit> CallerSearch::permit_to_wait() const {
  return live_ == nullptr ? std::nullopt : live_->take_permit();
}

CallerSearch::Result CallerSearch::run(const LookupRequest& request, const Limits& limits) const {
  Result result{look(request), std::nullopt};
  if (const auto permit = permit_to_ask(request, result.answer)) ask(request, limits, result);
  if (limits.creates) create(request, result);
  return result;
}

CallerSearch::Result CallerSearch::finish(const WaitingSearch& waiting, Milliseconds timeout) const {
  const LookupRequest request = waiting.request();
  // Somebody may have become known while the search came to this thread.
  Result result{look(request), std::nullopt};
  if (asks_crms(request, result.answer)) ask(request, {.timeout = timeout}, result);
  return result;
}

void CallerSearch::ask(const LookupRequest& request, const Limits& limits, Result& result) const {
  const auto number = *canonical_number(*result.answer);
  const Milliseconds left = std::max(*result.answer->account->live_deadline - limits.spent, Milliseconds(0));
  // A view that is held keeps old versions in memory.
  result.answer = std::unexpected(LookupError{});
  auto inquiry = live_->begin(std::string(request.account), number);
  result.asked = LiveLookups::wait(inquiry.get(), std::min(left, limits.timeout));
  if (result.asked == LiveLookups::Outcome::late) result.open.crms = std::move(inquiry);
  result.answer = look(request);
}

void CallerSearch::create(const LookupRequest& request, Result& result) const {
  if (!is_unknown(result.answer) || !result.answer->account->creates_unknown_callers) return;
  const auto permit = creating_.take();
  // A CRM that has not answered yet may know him.
  result.open.to_create = result.open.crms != nullptr || !permit;
  if (result.open.to_create) return;
  const auto created = create(request, result.answer, kCreateTimeout);
  result.open.to_create = !created && created.error().kind == LocalError::Kind::busy;
  // Somebody else may have got the number meanwhile, which the new lookup shows.
  result.answer = look(request);
}

std::expected<void, LocalError> CallerSearch::create_late(const LookupRequest& request) const {
  Found found = look(request);
  if (!is_unknown(found)) return {};
  auto created = create(request, found, std::nullopt);
  if (!created && created.error().kind == LocalError::Kind::number_known) return {};
  return created;
}

std::expected<void, LocalError> CallerSearch::create(const LookupRequest& request, Found& found,
                                                     std::optional<Milliseconds> timeout) const {
  const auto number = *canonical_number(*found);
  // A view that is held keeps old versions in memory.
  found = std::unexpected(LookupError{});
  auto created = locals_->create_unknown(std::string(request.account), number, timeout, clock_());
  if (!created) return std::unexpected(std::move(created.error()));
  return {};
}

bool is_unknown(const CallerSearch::Found& found) {
  return found && found->match == Match::none && !found->unmatchable && found->number.parsed;
}

std::optional<telephony::PhoneNumber> canonical_number(const LookupAnswer& answer) {
  if (!answer.number.parsed) return std::nullopt;
  return telephony::canonical(answer.number.parsed->number);
}

}  // namespace ringdex::server

#include "server/lookup/lookup_service.h"

#include <fmt/core.h>

#include <algorithm>

#include "telephony/number/number_variants.h"

namespace ringdex::server {
namespace {

using index::Card;
using telephony::PhoneNumber;
using Steps = std::vector<std::string>;

// More records on one number than this are counted, but not compared.
constexpr std::size_t kRecordsPerNumberMax = 1'000;

void say(Steps* steps, std::string text) {
  if (steps != nullptr) steps->push_back(std::move(text));
}

std::optional<std::string_view> shared_organization(const LookupAnswer& answer) {
  if (answer.candidates.size() < 2 || answer.candidates.size() < answer.total) return std::nullopt;
  const std::string_view first = answer.leading(answer.candidates.front()).organization;
  const bool all = !first.empty() && std::ranges::all_of(answer.candidates, [&](const Candidate& candidate) {
    return answer.leading(candidate).organization == first;
  });
  return all ? std::optional(first) : std::nullopt;
}

void explain_candidates(const LookupAnswer& answer, const PickContext& pick, Steps* steps) {
  if (steps == nullptr) return;
  for (std::size_t i = 0; i < answer.candidates.size(); ++i) {
    const Card& card = answer.leading(answer.candidates[i]);
    say(steps,
        fmt::format("candidate {}: {} ({}), records: {}", i + 1, card.name.empty() ? card.organization : card.name,
                    card.id_text(), answer.candidates[i].records));
  }
  for (std::size_t i = 1; i < answer.candidates.size(); ++i) {
    for (const PickRule rule : pick.rules) {
      const auto order =
          compare_by(rule, answer.leading(answer.candidates[0]), answer.leading(answer.candidates[i]), pick);
      say(steps, fmt::format("rule {}: candidate 1 {} candidate {}", to_string(rule),
                             order < 0 ? "before" : (order > 0 ? "after" : "equal to"), i + 1));
      if (order != 0) break;
    }
  }
}

// The cards of each person together, in pick order, with the reason of the first.
void pick_candidates(LookupAnswer& answer, const AccountSettings& account, const PickContext& pick, Steps* steps) {
  index::Cards& cards = answer.found.cards;
  const std::uint64_t beyond = answer.found.total - cards.size();
  if (cards.size() == 1) {
    answer.candidates.push_back({});
  } else {
    std::ranges::sort(cards, [&](const Card& left, const Card& right) { return compare(left, right, pick) < 0; });
    // Who was clicked and does not have the number has it in common with nobody, and comes first by his rule.
    const bool stands_alone = answer.about != nullptr;
    const Card alone = cards.front();
    if (stands_alone) {
      cards.erase(cards.begin());
      answer.candidates.push_back({});
    }
    std::size_t first = answer.candidates.size();
    for (const std::size_t records : group_same_person(cards, account.same_person)) {
      answer.candidates.push_back({first, records});
      first += records;
    }
    if (stands_alone) cards.insert(cards.begin(), alone);
  }
  answer.total = answer.candidates.size() + beyond;
  answer.match = answer.total == 1 ? Match::one : Match::many;
  answer.default_reason.emplace("only_candidate");
  if (pick.about) answer.default_reason = {to_string(PickRule::about), pick.about->because};
  if (answer.candidates.size() == 1 && beyond > 0) {
    answer.default_reason = {"first_indexed_at", "it was indexed here among the first; not all records were compared"};
  }
  if (answer.candidates.size() > 1) {
    answer.default_reason =
        reason_for(answer.leading(answer.candidates[0]), answer.leading(answer.candidates[1]), pick);
  }
  answer.shared_organization = shared_organization(answer);
  explain_candidates(answer, pick, steps);
  if (answer.candidates.size() > kCandidatesMax) answer.candidates.resize(kCandidatesMax);
}

bool has_card_of(const LookupAnswer& answer, const index::RecordId& id) {
  return std::ranges::any_of(answer.found.cards, [&](const Card& card) { return is_card_of(card, id); });
}

void add_freshness(LookupAnswer& answer, const AccountSettings& account, std::string_view name, index::TimePoint now) {
  for (const auto& [source, label] : account.source_labels) {
    if (source == index::kLocalSource) continue;
    SourceFreshness& freshness = answer.freshness.emplace_back(source);
    if (const auto moved = answer.view.checkpoint_at(name, source)) {
      freshness.age = std::max(std::chrono::floor<std::chrono::seconds>(now - *moved), std::chrono::seconds(0));
    }
  }
}

}  // namespace

std::string_view LookupAnswer::label(const index::Card& card) const {
  const auto label = account->source_labels.find(card.source);
  return label == account->source_labels.end() ? card.source : std::string_view(label->second);
}

LookupService::LookupService(const telephony::NumberParser& parser, const index::Index& index,
                             const RememberedPicks& picks, Accounts accounts)
    : parser_(parser), index_(index), picks_(picks) {
  set_accounts(std::move(accounts));
}

void LookupService::set_accounts(Accounts accounts) {
  decltype(accounts_) fresh;
  for (auto& [name, account] : accounts) {
    fresh.emplace(name, std::make_shared<const AccountSettings>(std::move(account)));
  }
  const std::lock_guard lock(mutex_);
  accounts_.swap(fresh);
}

std::shared_ptr<const AccountSettings> LookupService::settings(std::string_view account) const {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? nullptr : found->second;
}

std::vector<std::string> LookupService::accounts() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, account] : accounts_) names.push_back(name);
  return names;
}

TimeZone LookupService::time_zone(std::string_view account) const {
  const auto found = settings(account);
  return found == nullptr ? TimeZone() : found->time_zone;
}

std::optional<telephony::NumberReading> LookupService::read_line(const AccountSettings& account,
                                                                 std::string_view called) const {
  if (called.empty()) return std::nullopt;
  auto read =
      telephony::read_asked_number(parser_, called, account.region, telephony::Plan::automatic, account.dial_plan);
  if (read.readings.empty()) return std::nullopt;
  return std::move(read.readings.front());
}

std::string LookupService::line_name(const AccountSettings& account, std::string_view called) const {
  const auto line = read_number(account, called);
  return line ? line->to_e164() : std::string(called);
}

std::optional<PhoneNumber> LookupService::read_number(const AccountSettings& account, std::string_view text) const {
  const auto read = read_line(account, text);
  if (!read) return std::nullopt;
  return telephony::canonical(read->parsed.number);
}

std::expected<std::string_view, LookupError> LookupService::region_for(const LookupRequest& request,
                                                                       const AccountSettings& account,
                                                                       Steps* steps) const {
  if (!request.region.empty()) {
    if (!parser_.knows_region(request.region)) {
      return std::unexpected(LookupError{LookupError::Kind::unknown_region,
                                         fmt::format("region '{}' is no ISO 3166-1 alpha-2 code", request.region)});
    }
    if (steps != nullptr) say(steps, fmt::format("region {} is the request's", request.region));
    return request.region;
  }
  if (const auto called = read_line(account, request.called)) {
    const PhoneNumber line = called->parsed.number;
    const auto configured = account.called_regions.find(telephony::canonical(line));
    if (configured != account.called_regions.end()) {
      say(steps, fmt::format("region {} is configured for the called line {}", configured->second, line.to_e164()));
      return configured->second;
    }
    if (parser_.knows_region(called->facts.region)) {
      say(steps, fmt::format("region {} is the called line's, {}", called->facts.region, line.to_e164()));
      return called->facts.region;
    }
  }
  if (steps != nullptr) say(steps, fmt::format("region {} is the account's", account.region));
  return account.region;
}

std::expected<void, LookupError> LookupService::find(const LookupRequest& request, const telephony::AskedNumber& asked,
                                                     LookupAnswer& answer, Steps* steps) const {
  const AccountSettings& account = *answer.account;
  const auto hidden = [&](const Card& card) {
    if (account.source_labels.contains(card.source)) return false;
    if (steps != nullptr) say(steps, fmt::format("{} is left out: its source is not configured", card.id_text()));
    return true;
  };
  const telephony::NumberReading* read = &asked.readings.front();
  for (const telephony::NumberReading& reading : asked.readings) {
    const PhoneNumber key = telephony::canonical(reading.parsed.number);
    if (account.own_numbers.contains(key)) {
      say(steps, fmt::format("{} is a number of the account itself", key.to_e164()));
      answer.unmatchable = Unmatchable::own_number;
      read = &reading;
      break;
    }
    auto found = answer.view.find(request.account, key, kRecordsPerNumberMax);
    if (!found) return std::unexpected(LookupError{LookupError::Kind::store, found.error().message});
    if (steps != nullptr) {
      say(steps, fmt::format("key {} ({} reading): {} record(s) at position {}", key.to_e164(),
                             to_string(reading.reading), found->total, answer.position()));
    }
    auto left_out = std::ranges::remove_if(found->cards, hidden);
    if (!left_out.empty() && found->total > found->cards.size()) {
      // Among those beyond the first may be some to show.
      found = answer.view.find(request.account, key, found->total);
      if (!found) return std::unexpected(LookupError{LookupError::Kind::store, found.error().message});
      left_out = std::ranges::remove_if(found->cards, hidden);
    }
    found->total -= left_out.size();
    found->cards.erase(left_out.begin(), left_out.end());
    if (found->cards.size() > kRecordsPerNumberMax) {
      found->cards.erase(found->cards.begin() + kRecordsPerNumberMax, found->cards.end());
    }
    if (found->cards.empty()) continue;
    answer.found = std::move(*found);
    read = &reading;
    break;
  }
  answer.number.parsed = read->parsed;
  answer.number.reading = read->reading;
  answer.number.facts = read->facts;
  return {};
}

void LookupService::add_about(const LookupRequest& request, LookupAnswer& answer) const {
  const index::RecordId& id = request.about->id;
  answer.unmatchable.reset();
  if (has_card_of(answer, id)) return;
  answer.about = std::make_unique<const index::Record>(*request.about);
  answer.found.cards.push_back(card_of(*answer.about, PhoneNumber::from_packed(0)));
  ++answer.found.total;
}

std::optional<PreferredRecord> LookupService::picked(const LookupRequest& request, const LookupAnswer& answer,
                                                     index::TimePoint now, Steps* steps) const {
  const AccountSettings& account = *answer.account;
  if (!account.pick.has(PickRule::picked) || !answer.number.parsed) return std::nullopt;
  const PhoneNumber number = telephony::canonical(answer.number.parsed->number);
  if (!picks_.has(request.account, number)) return std::nullopt;
  const std::string line =
      account.pick_memory.scope == PickScope::called_line ? line_name(account, request.called) : std::string();
  auto pick = picks_.find(request.account, number, account.pick_memory, line, request.agent, now);
  if (!pick) return std::nullopt;
  if (!has_card_of(answer, pick->record)) {
    // It may have been merged or have given way since.
    const auto now_known = answer.view.get(request.account, pick->record);
    const auto* known = now_known ? std::get_if<index::KnownRecord>(&*now_known) : nullptr;
    if (known != nullptr) pick->record = known->record.id;
    if (known == nullptr || !has_card_of(answer, pick->record)) {
      if (steps != nullptr)
        say(steps, fmt::format("the picked record {} has the number no more", pick->record.to_string()));
      return std::nullopt;
    }
  }
  return preferred_by(*pick);
}

std::expected<LookupAnswer, LookupError> LookupService::lookup(const LookupRequest& request, index::TimePoint now,
                                                               Steps* steps) const {
  std::expected<LookupAnswer, LookupError> result(std::in_place, index_.read());
  if (auto filled = fill(request, now, *result, steps); !filled) result = std::unexpected(std::move(filled.error()));
  return result;
}

std::expected<void, LookupError> LookupService::fill(const LookupRequest& request, index::TimePoint now,
                                                     LookupAnswer& answer, Steps* steps) const {
  answer.account = settings(request.account);
  if (answer.account == nullptr) {
    return std::unexpected(
        LookupError{LookupError::Kind::unknown_account, fmt::format("no account '{}'", request.account)});
  }
  const auto region = region_for(request, *answer.account, steps);
  if (!region) return std::unexpected(region.error());
  answer.number.input = request.number;
  add_freshness(answer, *answer.account, request.account, now);
  const auto asked =
      telephony::read_asked_number(parser_, request.number, *region, request.plan, answer.account->dial_plan, steps);
  if (asked.readings.empty()) {
    answer.unmatchable = asked.unmatchable.value_or(Unmatchable::not_a_number);
  } else if (auto looked = find(request, asked, answer, steps); !looked) {
    return looked;
  }
  if (request.about != nullptr) add_about(request, answer);
  if (answer.unmatchable || answer.found.cards.empty()) return {};
  const AccountSettings& account = *answer.account;
  auto chosen = picked(request, answer, now, steps);
  if (!chosen && request.about == nullptr) {
    pick_candidates(answer, account, account.pick, steps);
    return {};
  }
  PickContext pick = account.pick;
  pick.picked = std::move(chosen);
  if (request.about != nullptr) {
    pick.about = PreferredRecord{request.about->id, "the call was started from this record"};
    pick.rules.insert(pick.rules.begin(), PickRule::about);
  }
  pick_candidates(answer, account, pick, steps);
  return {};
}

}  // namespace ringdex::server

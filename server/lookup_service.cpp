#include "server/lookup_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "telephony/number_variants.h"

namespace ringdex::server {
namespace {

using index::Record;
using telephony::PhoneNumber;
using Steps = std::vector<std::string>;

// More records on one number than this are counted, but not compared.
constexpr std::size_t kRecordsPerNumberMax = 1'000;

void say(Steps* steps, std::string text) {
  if (steps != nullptr) steps->push_back(std::move(text));
}

Unmatchable unmatchable_from(telephony::Unmatchable reason) {
  switch (reason) {
    case telephony::Unmatchable::withheld:
      return Unmatchable::withheld;
    case telephony::Unmatchable::not_a_number:
      return Unmatchable::not_a_number;
    case telephony::Unmatchable::extension:
      return Unmatchable::extension;
  }
  return Unmatchable::not_a_number;
}

std::string label_of(const AccountSettings& account, const Record& record) {
  const auto found = account.source_labels.find(record.id.source);
  return found == account.source_labels.end() ? record.id.source : found->second;
}

index::RecordPhone matched_phone(const Record& record, PhoneNumber number) {
  const auto found = std::ranges::find_if(record.phones, [number](const auto& phone) {
    return phone.number && telephony::canonical(*phone.number) == number;
  });
  return found == record.phones.end() ? index::RecordPhone{} : *found;
}

Candidate candidate_from(std::vector<Record> group, PhoneNumber number, const AccountSettings& account) {
  Candidate candidate;
  for (const Record& record : group) candidate.records.push_back({record.id, label_of(account, record), record.url});
  candidate.leading = std::move(group.front());
  candidate.label = label_of(account, candidate.leading);
  candidate.phone = matched_phone(candidate.leading, number);
  return candidate;
}

std::optional<std::string> shared_organization(const std::vector<Candidate>& candidates, bool complete) {
  if (candidates.size() < 2 || !complete) return std::nullopt;
  const std::string& first = candidates.front().leading.organization;
  const bool all = !first.empty() && std::ranges::all_of(candidates, [&first](const Candidate& candidate) {
    return candidate.leading.organization == first;
  });
  return all ? std::optional(first) : std::nullopt;
}

void explain_candidates(const std::vector<Candidate>& candidates, PhoneNumber number, const PickContext& pick,
                        Steps* steps) {
  if (steps == nullptr) return;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Record& record = candidates[i].leading;
    say(steps, fmt::format("candidate {}: {} ({}), records: {}", i + 1,
                           record.name.empty() ? record.organization : record.name, record.id.to_string(),
                           candidates[i].records.size()));
  }
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    for (const PickRule rule : pick.rules) {
      const auto order = compare_by(rule, candidates[0].leading, candidates[i].leading, number, pick);
      say(steps, fmt::format("rule {}: candidate 1 {} candidate {}", to_string(rule),
                             order < 0 ? "before" : (order > 0 ? "after" : "equal to"), i + 1));
      if (order != 0) break;
    }
  }
}

}  // namespace

std::string_view to_string(Match match) {
  switch (match) {
    case Match::none:
      return "none";
    case Match::one:
      return "one";
    case Match::many:
      return "many";
  }
  return "none";
}

std::string_view to_string(Unmatchable unmatchable) {
  switch (unmatchable) {
    case Unmatchable::withheld:
      return "withheld";
    case Unmatchable::not_a_number:
      return "not_a_number";
    case Unmatchable::extension:
      return "extension";
    case Unmatchable::own_number:
      return "own_number";
  }
  return "not_a_number";
}

LookupService::LookupService(const telephony::NumberParser& parser, const index::Index& index, Accounts accounts)
    : parser_(parser), index_(index), accounts_(std::make_shared<const Accounts>(std::move(accounts))) {}

void LookupService::set_accounts(Accounts accounts) {
  auto fresh = std::make_shared<const Accounts>(std::move(accounts));
  const std::lock_guard lock(mutex_);
  accounts_.swap(fresh);
}

std::shared_ptr<const Accounts> LookupService::accounts() const {
  const std::lock_guard lock(mutex_);
  return accounts_;
}

bool LookupService::has_account(const std::string& account) const {
  return accounts()->contains(account);
}

std::expected<std::string, LookupError> LookupService::region_for(const LookupRequest& request,
                                                                  const AccountSettings& account, Steps* steps) const {
  if (!request.region.empty()) {
    if (!parser_.knows_region(request.region)) {
      return std::unexpected(LookupError{LookupError::Kind::unknown_region,
                                         fmt::format("region '{}' is no ISO 3166-1 alpha-2 code", request.region)});
    }
    say(steps, fmt::format("region {} is the request's", request.region));
    return request.region;
  }
  if (!request.called.empty()) {
    const auto called = telephony::read_asked_number(parser_, request.called, account.region,
                                                     telephony::Plan::automatic, account.dial_plan);
    if (!called.readings.empty()) {
      const PhoneNumber line = called.readings.front().parsed.number;
      const auto configured = account.called_regions.find(telephony::canonical(line));
      if (configured != account.called_regions.end()) {
        say(steps, fmt::format("region {} is configured for the called line {}", configured->second, line.to_e164()));
        return configured->second;
      }
      const std::string region(parser_.describe(line).region);
      if (parser_.knows_region(region)) {
        say(steps, fmt::format("region {} is the called line's, {}", region, line.to_e164()));
        return region;
      }
    }
  }
  say(steps, fmt::format("region {} is the account's", account.region));
  return account.region;
}

std::expected<LookupAnswer, LookupError> LookupService::lookup(const LookupRequest& request, index::TimePoint now,
                                                               Steps* steps) const {
  const auto all_accounts = accounts();
  const auto found_account = all_accounts->find(request.account);
  if (found_account == all_accounts->end()) {
    return std::unexpected(
        LookupError{LookupError::Kind::unknown_account, fmt::format("no account '{}'", request.account)});
  }
  const AccountSettings& account = found_account->second;
  const auto region = region_for(request, account, steps);
  if (!region) return std::unexpected(region.error());

  LookupAnswer answer;
  answer.number.input = request.number;
  const index::IndexView view = index_.read();
  answer.position = view.position();
  for (const auto& [source, label] : account.source_labels) {
    const auto moved = view.checkpoint_at(request.account, source);
    auto& age = answer.freshness[source];
    if (moved) age = std::max(std::chrono::floor<std::chrono::seconds>(now - *moved), std::chrono::seconds(0));
  }

  const auto asked =
      telephony::read_asked_number(parser_, request.number, *region, request.plan, account.dial_plan, steps);
  if (asked.readings.empty()) {
    answer.unmatchable = unmatchable_from(asked.unmatchable.value_or(telephony::Unmatchable::not_a_number));
    return answer;
  }

  std::vector<Record> records;
  std::uint64_t beyond = 0;
  const telephony::NumberReading* read = &asked.readings.front();
  for (const telephony::NumberReading& reading : asked.readings) {
    const PhoneNumber key = telephony::canonical(reading.parsed.number);
    if (account.own_numbers.contains(key)) {
      say(steps, fmt::format("{} is a number of the account itself", key.to_e164()));
      answer.unmatchable = Unmatchable::own_number;
      read = &reading;
      break;
    }
    auto found = view.find(request.account, key, kRecordsPerNumberMax);
    if (!found) return std::unexpected(LookupError{LookupError::Kind::store, found.error().message});
    say(steps, fmt::format("key {} ({} reading): {} record(s) at position {}", key.to_e164(),
                           to_string(reading.reading), found->total, answer.position));
    beyond = found->total - found->records.size();
    std::erase_if(found->records, [&](const Record& record) {
      const bool hidden = !account.source_labels.contains(record.id.source);
      if (hidden) say(steps, fmt::format("{} is left out: its source is not configured", record.id.to_string()));
      return hidden;
    });
    if (found->records.empty()) continue;
    records = std::move(found->records);
    read = &reading;
    break;
  }
  answer.number.parsed = read->parsed;
  answer.number.reading = read->reading;
  answer.number.facts = parser_.describe(read->parsed.number);
  if (answer.unmatchable || records.empty()) return answer;

  const PhoneNumber key = telephony::canonical(read->parsed.number);
  std::ranges::sort(
      records, [&](const Record& left, const Record& right) { return compare(left, right, key, account.pick) < 0; });
  auto groups = group_same_person(std::move(records), account.same_person);
  answer.total = groups.size() + beyond;
  for (auto& group : groups) answer.candidates.push_back(candidate_from(std::move(group), key, account));
  answer.match = answer.total == 1 ? Match::one : Match::many;
  answer.default_reason = answer.candidates.size() == 1 ? PickReason{"only_candidate", "nobody else has this number"}
                                                        : reason_for(answer.candidates[0].leading,
                                                                     answer.candidates[1].leading, key, account.pick);
  answer.shared_organization = shared_organization(answer.candidates, beyond == 0);
  explain_candidates(answer.candidates, key, account.pick, steps);
  if (answer.candidates.size() > kCandidatesMax) answer.candidates.resize(kCandidatesMax);
  return answer;
}

}  // namespace ringdex::server

#include "tests/support/fakes/fake_connector.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace ringdex::tests {
namespace {

std::uint64_t number_at(const std::string& text, std::size_t from) {
  std::uint64_t value = 0;
  std::from_chars(text.data() + from, text.data() + text.size(), value);
  return value;
}

}  // namespace

FakeSource::State& FakeSource::state(const std::string& external_id) {
  return states_[external_id];
}

void FakeSource::note(const std::string& external_id) {
  changes_.push_back({.external_id = external_id, .state = states_[external_id]});
}

void FakeSource::put(const std::string& external_id, const std::string& name, const std::vector<std::string>& phones,
                     const std::string& organization_id) {
  const std::lock_guard lock(mutex_);
  index::Record record;
  record.id = contact(external_id);
  record.name = name;
  record.organization_id = organization_id;
  for (const std::string& phone : phones) {
    record.phones.push_back({phone, telephony::PhoneNumber::from_e164(phone), "", ""});
  }
  record.version = ++clock_;
  state(external_id) = {.record = record, .version = record.version};
  note(external_id);
}

void FakeSource::rename_quietly(const std::string& external_id, const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!state(external_id).record) return;
  state(external_id).record->name = name;
  note(external_id);
}

void FakeSource::make_unfit(const std::string& external_id) {
  const std::lock_guard lock(mutex_);
  State& unfit = state(external_id);
  if (!unfit.record) return;
  unfit.unfit = true;
  unfit.version = unfit.record->version = ++clock_;
  note(external_id);
}

void FakeSource::remove(const std::string& external_id) {
  const std::lock_guard lock(mutex_);
  state(external_id) = {.version = ++clock_};
  note(external_id);
}

void FakeSource::forget(const std::string& external_id) {
  const std::lock_guard lock(mutex_);
  state(external_id) = {.version = ++clock_, .silent = true};
  note(external_id);
}

void FakeSource::merge(const std::string& loser, const std::string& winner) {
  const std::lock_guard lock(mutex_);
  State& kept = state(winner);
  if (const auto& lost = state(loser).record; lost && kept.record) {
    kept.record->phones.insert(kept.record->phones.end(), lost->phones.begin(), lost->phones.end());
  }
  state(loser) = {.version = ++clock_, .merged_into = winner};
  note(loser);
  kept.version = ++clock_;
  if (kept.record) kept.record->version = kept.version;
  note(winner);
}

void FakeSource::name_organization(const std::string& organization_id, const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++clock_;
  names_[organization_id] = name;
  changes_.push_back({.organization_id = organization_id, .organization_name = name});
}

std::map<std::string, index::Record> FakeSource::alive() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, index::Record> found;
  for (const auto& [external_id, state] : states_) {
    if (!state.record || state.unfit) continue;
    index::Record record = *state.record;
    if (const auto name = names_.find(record.organization_id); name != names_.end()) {
      record.organization = name->second;
    }
    found.emplace(external_id, std::move(record));
  }
  return found;
}

std::vector<std::string> FakeSource::alive_ids() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [external_id, state] : states_) {
    if (state.record) found.push_back(external_id);
  }
  return found;
}

std::optional<std::string> FakeSource::merged_into(const std::string& external_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(external_id);
  return found == states_.end() ? std::nullopt : found->second.merged_into;
}

std::int64_t FakeSource::clock() const {
  const std::lock_guard lock(mutex_);
  return clock_;
}

void FakeSource::advance_clock(std::int64_t milliseconds) {
  const std::lock_guard lock(mutex_);
  clock_ += milliseconds;
}

std::size_t FakeSource::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_.size();
}

std::map<std::string, FakeSource::State> FakeSource::seen_at(std::size_t changes) const {
  std::map<std::string, State> seen;
  for (std::size_t i = 0; i < changes; ++i) {
    if (!changes_[i].external_id.empty()) seen[changes_[i].external_id] = changes_[i].state;
  }
  return seen;
}

std::map<std::string, std::string> FakeSource::organizations_at(std::size_t changes) const {
  std::map<std::string, std::string> names;
  for (std::size_t i = 0; i < changes; ++i) {
    if (!changes_[i].organization_id.empty()) names[changes_[i].organization_id] = changes_[i].organization_name;
  }
  return names;
}

void FakeSource::add(sync::SourcePage& page, const std::string& external_id, const State& state) const {
  if (state.silent) return;
  if (!state.record) {
    index::Deletion deletion{contact(external_id), state.version, std::nullopt};
    if (pages_name_winners && state.merged_into) deletion.merged_into = contact(*state.merged_into);
    page.deletions.push_back(std::move(deletion));
  } else if (state.unfit) {
    page.rejected.push_back({external_id, sync::RejectReason::too_many_phones, "11 phones",
                             index::Deletion{.id = contact(external_id), .version = state.version, .withdrawn = true}});
  } else {
    page.records.push_back(*state.record);
  }
}

// Cursors: "list <changes at the start> <last id>" inside a listing, "from <changes>" after it.
std::expected<sync::SourcePage, sync::FetchError> FakeSource::page(const std::string& cursor) {
  const std::lock_guard lock(mutex_);
  shown_ = std::max(shown_, changes_.size() - std::min(changes_.size(), pages_lag));
  const auto seen = seen_at(shown_);
  const auto organizations = organizations_at(shown_);
  sync::SourcePage page;
  if (cursor.empty() || cursor.starts_with("list ")) {
    const std::uint64_t start = cursor.empty() ? shown_ : number_at(cursor, 5);
    page.begins_listing = cursor.empty() && listing_is_complete;
    auto next = seen.begin();
    if (!cursor.empty()) next = seen.upper_bound(cursor.substr(cursor.find(' ', 5) + 1));
    std::string last;
    for (std::size_t rows = 0; next != seen.end() && rows < page_rows; ++next) {
      last = next->first;
      if (!next->second.record) continue;
      add(page, next->first, next->second);
      ++rows;
    }
    for (const auto& [id, name] : organizations) page.organizations.push_back({id, name});
    page.more = next != seen.end();
    page.ends_listing = !page.more && listing_is_complete;
    page.next_cursor = page.more ? "list " + std::to_string(start) + " " + last : "from " + std::to_string(start);
    return page;
  }
  const std::size_t from = number_at(cursor, 5);
  const std::size_t to = std::min(shown_, from + page_rows);
  for (std::size_t i = from; i < to; ++i) {
    const Change& change = changes_[i];
    if (change.external_id.empty()) {
      page.organizations.push_back({change.organization_id, organizations.at(change.organization_id)});
    } else {
      add(page, change.external_id, seen.at(change.external_id));
    }
  }
  page.more = to < shown_;
  page.next_cursor = "from " + std::to_string(std::max(from, to));
  return page;
}

std::expected<sync::FetchedRecord, sync::FetchError> FakeSource::fetch(const index::RecordId& id) const {
  const std::lock_guard lock(mutex_);
  sync::FetchedRecord fetched{.id = id, .as_of = index::TimePoint(std::chrono::milliseconds(clock_))};
  const auto found = states_.find(id.external_id);
  if (found == states_.end() || id != contact(id.external_id)) return fetched;
  const State& state = found->second;
  if (state.unfit) {
    sync::SourcePage page;
    add(page, id.external_id, state);
    fetched.rejected = page.rejected.front();
  } else if (state.record) {
    fetched.record = state.record;
    const auto name = names_.find(state.record->organization_id);
    if (name != names_.end()) fetched.organizations.push_back({name->first, name->second});
  } else if (fetch_names_winners && state.merged_into) {
    fetched.merged_into = contact(*state.merged_into);
  }
  return fetched;
}

std::expected<index::OrganizationName, sync::FetchError> FakeSource::organization(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(id);
  if (found == names_.end()) return std::unexpected(failure(sync::FetchErrorKind::not_found, "no organization " + id));
  return index::OrganizationName{id, found->second};
}

std::expected<sync::SourcePage, sync::FetchError> FakeConnector::next_page(const std::string& cursor,
                                                                           index::TimePoint /*now*/) {
  cursors.push_back(cursor);
  if (before_page) {
    if (auto failed = before_page()) return std::unexpected(std::move(*failed));
  }
  if (!pages.empty()) {
    auto scripted = std::move(pages.front());
    pages.pop_front();
    if (scripted) return std::move(*scripted);
  }
  return source_.page(cursor);
}

std::expected<sync::FetchedRecord, sync::FetchError> FakeConnector::fetch(const index::RecordId& id,
                                                                          index::TimePoint /*now*/) {
  fetched.push_back(id.external_id);
  if (before_fetch) {
    if (auto failed = before_fetch()) return std::unexpected(std::move(*failed));
  }
  if (!records.empty()) {
    auto scripted = std::move(records.front());
    records.pop_front();
    if (scripted) return std::move(*scripted);
  }
  return source_.fetch(id);
}

std::expected<index::OrganizationName, sync::FetchError> FakeConnector::fetch_organization(const std::string& id,
                                                                                           index::TimePoint /*now*/) {
  fetched.push_back("organization " + id);
  if (before_fetch) {
    if (auto failed = before_fetch()) return std::unexpected(std::move(*failed));
  }
  if (!organization_failures.empty()) {
    auto failed = std::move(organization_failures.front());
    organization_failures.pop_front();
    if (failed) return std::unexpected(std::move(*failed));
  }
  return source_.organization(id);
}

std::expected<std::vector<sync::Hint>, sync::WebhookRefusal> FakeConnector::read_webhook(
    const sync::WebhookRequest& request, index::TimePoint now) const {
  using Kind = sync::Hint::Kind;
  static const std::map<std::string, Kind> kKinds = {{"deleted", Kind::deleted},
                                                     {"refetch", Kind::refetch},
                                                     {"merged", Kind::merged},
                                                     {"organization", Kind::organization},
                                                     {"ignored", Kind::ignored}};
  if (request.headers.empty()) return std::unexpected(sync::WebhookRefusal::unsigned_request);
  if (request.headers.front() != std::pair<std::string, std::string>("signature", "good")) {
    return std::unexpected(request.headers.front().second == "late" ? sync::WebhookRefusal::outside_time_window
                                                                    : sync::WebhookRefusal::bad_signature);
  }
  if (request.body == "malformed") return std::unexpected(sync::WebhookRefusal::malformed);
  if (request.body == "none") return std::unexpected(sync::WebhookRefusal::not_supported);
  std::vector<sync::Hint> hints;
  std::istringstream lines(request.body);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    sync::Hint hint;
    words >> hint.type;
    hint.kind = kKinds.at(hint.type);
    hint.happened_at = now;
    for (std::string word; words >> word;) hint.ids.push_back(word);
    if (hint.kind == Kind::deleted) {
      const auto time = static_cast<std::int64_t>(number_at(hint.ids.back(), 0));
      hint.happened_at = index::TimePoint(std::chrono::milliseconds(time));
      hint.ids.pop_back();
    }
    hints.push_back(std::move(hint));
  }
  return hints;
}

sync::WebhookRequest signed_request(const std::string& body) {
  return {{{"signature", "good"}}, body};
}

sync::FetchError failure(sync::FetchErrorKind kind, const std::string& message,
                         std::optional<std::chrono::milliseconds> wait, int http_status) {
  return {kind, message, wait, http_status};
}

}  // namespace ringdex::tests

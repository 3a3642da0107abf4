#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "index/index.h"
#include "index/records/name_words.h"
#include "telephony/number/number_variants.h"

namespace ringdex::index {

// The index as its headers promise it, in plain maps and without any speed: every question is answered by looking at
// all records of the account.
class IndexModel {
 public:
  struct Gone {
    std::int64_t version = 0;
    std::optional<RecordId> survivor;
  };
  struct Source {
    std::string checkpoint;
    std::optional<TimePoint> checkpoint_at;
    SourceState::Listing listing = SourceState::Listing::none;
    std::set<RecordId> seen;  // shown or written since the listing began
    std::uint64_t awaiting = 0;
    std::string sweep_cursor;
    TimePoint swept_at{};
    std::map<std::string, std::string> organizations;
  };
  struct Account {
    std::map<RecordId, Record> live;
    std::map<RecordId, Gone> gone;
    std::map<RecordId, TimePoint> first_indexed;  // never forgotten
    std::map<std::string, Source> sources;
  };

  ApplyResult apply(const ChangeBatch& batch, const ApplyPolicy& policy, TimePoint now) {
    Account& account = accounts_[batch.account];
    Source& source = account.sources[batch.source];
    ApplyResult result;
    if (batch.begins_listing) {
      const bool nothing_yet = count(account, batch.source) == 0;
      source.listing = nothing_yet ? SourceState::Listing::initial : SourceState::Listing::running;
      source.seen.clear();
      source.awaiting = 0;
      source.sweep_cursor.clear();
    }
    for (const OrganizationName& organization : batch.organizations) {
      if (!organization.id.empty()) name_organization(account, batch.source, organization, result);
    }
    for (const Record& record : batch.upserts) {
      source.seen.insert(record.id);
      upsert(account, source, record, policy, now, result);
    }
    for (const Deletion& deletion : batch.deletions) erase(account, deletion, policy, result);
    if (result.over_limit == 0) {
      if (batch.ends_listing && source.listing != SourceState::Listing::none) source.swept_at = now;
      if (batch.ends_listing) end_listing(account, batch.source, policy, result);
      if (batch.sweep_cursor) source.sweep_cursor = *batch.sweep_cursor;
      if (batch.checkpoint) {
        source.checkpoint = *batch.checkpoint;
        source.checkpoint_at = now;
      }
    } else if (batch.begins_listing) {
      source.listing = SourceState::Listing::none;
    }
    result.position = ++position_;
    return result;
  }

  ApplyResult confirm(const std::string& account_name, const std::string& source_name) {
    Account& account = accounts_[account_name];
    Source& source = account.sources[source_name];
    ApplyResult result;
    if (source.listing == SourceState::Listing::awaiting) {
      remove_unseen(account, source_name, result);
      source.listing = SourceState::Listing::none;
      source.awaiting = 0;
      ++position_;
    }
    result.position = position_;
    return result;
  }

  std::uint64_t position() const { return position_; }

  std::vector<Record> find(const std::string& account_name, telephony::PhoneNumber canonical) const {
    std::vector<Record> found;
    for (const auto& [id, record] : account(account_name).live) {
      const bool has_it = std::ranges::any_of(record.phones, [&](const RecordPhone& phone) {
        return phone.number && telephony::canonical(*phone.number) == canonical;
      });
      if (has_it) found.push_back(record);
    }
    std::ranges::sort(found, [](const Record& left, const Record& right) {
      return std::tie(left.first_indexed_at, left.id) < std::tie(right.first_indexed_at, right.id);
    });
    return found;
  }

  std::vector<Record> find_by_name(const std::string& account_name, const std::string& text) const {
    const std::vector<std::string> wanted = name_words(text);
    const auto longest = std::ranges::max_element(wanted, {}, &std::string::size);
    std::map<std::tuple<std::string, bool, RecordId>, Record> found;
    for (const auto& [id, record] : account(account_name).live) {
      std::vector<std::string> words = name_words(record.name);
      for (const std::string& word : name_words(record.organization)) {
        if (std::ranges::find(words, word) == words.end()) words.push_back(word);
      }
      std::vector<std::string> places = words;
      if (wanted.empty()) {
        places.resize(std::min<std::size_t>(words.size(), 1));
      } else {
        std::erase_if(places, [&](const std::string& word) { return !word.starts_with(*longest); });
      }
      const bool is_meant = std::ranges::all_of(wanted, [&](const std::string& beginning) {
        return std::ranges::any_of(words, [&](const std::string& word) { return word.starts_with(beginning); });
      });
      if (!is_meant || places.empty()) continue;
      const std::string& place = *std::ranges::min_element(places);
      found.emplace(std::tuple(place, place != words.front(), id), record);
    }
    std::vector<Record> records;
    for (const auto& [place, record] : found) records.push_back(record);
    return records;
  }

  // Where the id leads; nothing if to no living record.
  std::optional<RecordId> survivor(const std::string& account_name, RecordId id) const {
    const Account& known = account(account_name);
    for (std::set<RecordId> passed; passed.insert(id).second;) {
      if (known.live.contains(id)) return id;
      const auto gone = known.gone.find(id);
      if (gone == known.gone.end() || !gone->second.survivor) return std::nullopt;
      id = *gone->second.survivor;
    }
    return std::nullopt;
  }
  bool ever_seen(const std::string& account_name, const RecordId& id) const {
    return account(account_name).live.contains(id) || account(account_name).gone.contains(id);
  }
  std::vector<RecordId> aliases(const std::string& account_name, const RecordId& winner) const {
    std::vector<RecordId> found;
    for (const auto& [id, gone] : account(account_name).gone) {
      if (survivor(account_name, id) == winner) found.push_back(id);
    }
    return found;
  }
  const Record& record(const std::string& account_name, const RecordId& id) const {
    return account(account_name).live.at(id);
  }

  SourceState source_state(const std::string& account_name, const std::string& source_name) const {
    const Account& known = account(account_name);
    SourceState state;
    const auto found = known.sources.find(source_name);
    if (found == known.sources.end()) return state;
    state.checkpoint = found->second.checkpoint;
    state.checkpoint_at = found->second.checkpoint_at.value_or(TimePoint{});
    state.records = count(known, source_name);
    state.listing = found->second.listing;
    state.awaiting_confirmation = found->second.awaiting;
    state.sweep_cursor = found->second.sweep_cursor;
    state.swept_at = found->second.swept_at;
    return state;
  }
  std::optional<TimePoint> checkpoint_at(const std::string& account_name, const std::string& source_name) const {
    const Account& known = account(account_name);
    const auto found = known.sources.find(source_name);
    return found == known.sources.end() ? std::nullopt : found->second.checkpoint_at;
  }

 private:
  const Account& account(const std::string& name) const {
    static const Account none;
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? none : found->second;
  }

  static std::uint64_t count(const Account& account, const std::string& source) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(account.live, [&](const auto& one) { return one.first.source == source; }));
  }

  static void name_organization(Account& account, const std::string& source, const OrganizationName& organization,
                                ApplyResult& result) {
    std::string& known = account.sources[source].organizations[organization.id];
    if (known == organization.name) return;
    known = organization.name;
    for (auto& [id, record] : account.live) {
      if (id.source != source || record.organization_id != organization.id) continue;
      const bool would_lose_its_only_name = organization.name.empty() && record.name.empty();
      if (would_lose_its_only_name || record.organization == organization.name) continue;
      record.organization = organization.name;
      ++result.renamed;
    }
  }

  static void upsert(Account& account, Source& source, Record record, const ApplyPolicy& policy, TimePoint now,
                     ApplyResult& result) {
    const auto live = account.live.find(record.id);
    const auto gone = account.gone.find(record.id);
    const bool lives = live != account.live.end();
    if (lives ? record.version < live->second.version
              : gone != account.gone.end() && record.version <= gone->second.version) {
      ++result.stale;
      return;
    }
    if (const std::string& name = source.organizations[record.organization_id];
        !record.organization_id.empty() && !name.empty()) {
      record.organization = name;
    }
    if (lives) {
      const Record& old = live->second;
      if (record.name.empty() && !old.name.empty()) {
        record.name = old.name;
        ++result.kept_name;
      } else if (record.name.empty() && record.organization.empty()) {
        record.organization = old.organization;
        ++result.kept_name;
      }
    } else if (record.name.empty() && record.organization.empty()) {
      result.nameless.push_back(record.id);
      return;
    }
    if (!lives && policy.records_max > 0 && count(account, record.id.source) >= policy.records_max) {
      ++result.over_limit;
      return;
    }
    record.first_indexed_at = account.first_indexed.try_emplace(record.id, now).first->second;
    if (!lives) {
      ++result.added;
      account.gone.erase(record.id);
    } else {
      Record old = live->second;
      old.version = record.version;
      ++(old == record ? result.unchanged : result.updated);
    }
    account.live.insert_or_assign(record.id, record);
  }

  static void erase(Account& account, const Deletion& deletion, const ApplyPolicy& policy, ApplyResult& result) {
    std::optional<RecordId> survivor = deletion.merged_into;
    if (survivor == deletion.id) survivor.reset();
    if (!survivor && !policy.delete_records) return;
    if (const auto live = account.live.find(deletion.id); live != account.live.end()) {
      if (deletion.version < live->second.version) {
        ++result.stale;
        return;
      }
      account.live.erase(live);
      account.gone[deletion.id] = {deletion.version, survivor};
      ++(survivor ? result.merged : result.deleted);
      return;
    }
    const auto [known, fresh] = account.gone.try_emplace(deletion.id, Gone{deletion.version, std::nullopt});
    const bool has_newer_word = !fresh && known->second.survivor && known->second.version > deletion.version;
    if (survivor && !has_newer_word && known->second.survivor != survivor) {
      known->second.survivor = survivor;
      ++result.merged;
    }
    known->second.version = std::max(known->second.version, deletion.version);
  }

  static std::vector<RecordId> unseen(const Account& account, const std::string& source_name) {
    std::vector<RecordId> ids;
    for (const auto& [id, record] : account.live) {
      if (id.source == source_name && !account.sources.at(source_name).seen.contains(id)) ids.push_back(id);
    }
    return ids;
  }

  static void remove_unseen(Account& account, const std::string& source_name, ApplyResult& result) {
    for (const RecordId& id : unseen(account, source_name)) {
      account.gone[id] = {account.live.at(id).version - 1, std::nullopt};
      account.live.erase(id);
      ++result.swept;
      ++result.deleted;
    }
  }

  static void end_listing(Account& account, const std::string& source_name, const ApplyPolicy& policy,
                          ApplyResult& result) {
    Source& source = account.sources[source_name];
    const bool may_sweep = source.listing == SourceState::Listing::running && policy.delete_records;
    source.listing = SourceState::Listing::none;
    source.awaiting = 0;
    if (!may_sweep) return;
    const std::uint64_t gone = unseen(account, source_name).size();
    if (gone * 100 > count(account, source_name) * policy.sweep_guard_percent) {
      source.listing = SourceState::Listing::awaiting;
      source.awaiting = gone;
      result.awaiting_confirmation = gone;
      return;
    }
    remove_unseen(account, source_name, result);
  }

  std::map<std::string, Account> accounts_;
  std::uint64_t position_ = 0;
};

}  // namespace ringdex::index

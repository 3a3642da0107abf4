#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "index/index.h"
#include "tests/support/temp_dir.h"

namespace ringdex::index {

inline TimePoint at(std::int64_t milliseconds) {
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

inline telephony::PhoneNumber number(const std::string& e164) {
  return telephony::PhoneNumber::from_e164(e164).value();
}

inline RecordId contact(const std::string& external_id, const std::string& source = "crm") {
  return {source, RecordKind::contact, external_id};
}

inline Record person(const RecordId& id, const std::string& name, std::int64_t version,
                     const std::vector<std::string>& phones = {}) {
  Record record;
  record.id = id;
  record.name = name;
  record.version = version;
  for (const std::string& phone : phones) record.phones.push_back({phone, number(phone), "", ""});
  return record;
}

inline Record person(const std::string& external_id, const std::string& name, std::int64_t version,
                     const std::vector<std::string>& phones = {}) {
  return person(contact(external_id), name, version, phones);
}

constexpr std::size_t kCardBytesMax = 64 << 20;

inline std::unique_ptr<Store> open_store(const tests::TempDir& folder, std::size_t card_bytes_max = kCardBytesMax) {
  auto opened =
      Store::open({.path = folder.file("store"), .block_cache_bytes = 1 << 20, .card_bytes_max = card_bytes_max});
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
  return std::move(*opened);
}

// All that a card says, for comparison.
inline std::string text_of(const Card& card) {
  std::string text = card.id_text();
  for (const std::string_view part : {card.name, card.organization, card.phone_raw, card.phone_label,
                                      card.phone_extension, std::string_view(card.primary_phone ? "primary" : "")}) {
    text.append("|").append(part);
  }
  text.append("|").append(card.url.text()).append("|");
  text.append(std::to_string(card.first_indexed_at.time_since_epoch().count())).append("|");
  return text.append(card.updated_at ? std::to_string(card.updated_at->time_since_epoch().count()) : "never");
}

// What one look by number gives, kept readable.
struct Look {
  IndexView view;
  Found found;
};

// An index in a folder of its own, and short words for what the tests ask of it.
struct OpenIndex {
  tests::TempDir folder;
  std::unique_ptr<Store> store = open_store(folder);
  std::optional<Index> index{std::in_place, *store};

  // The number table stays as loading leaves it: load_table() is the caller's.
  void reopen(std::size_t card_bytes_max = kCardBytesMax) {
    index.reset();
    store.reset();
    store = open_store(folder, card_bytes_max);
    index.emplace(*store);
  }

  static ChangeBatch batch() {
    ChangeBatch empty;
    empty.account = "default";
    empty.source = "crm";
    return empty;
  }

  ApplyResult apply(const ChangeBatch& changes, const ApplyPolicy& policy = {}, TimePoint now = at(1000)) {
    auto applied = index->apply(changes, policy, now);
    REQUIRE_MESSAGE(applied.has_value(), (applied ? "" : applied.error().message));
    return *applied;
  }
  ApplyResult upsert(const std::vector<Record>& records, TimePoint now = at(1000), const ApplyPolicy& policy = {}) {
    ChangeBatch changes = batch();
    changes.upserts = records;
    return apply(changes, policy, now);
  }
  ApplyResult erase(const RecordId& id, std::int64_t version, const std::optional<RecordId>& merged_into = {},
                    const ApplyPolicy& policy = {}) {
    ChangeBatch changes = batch();
    changes.deletions = {{id, version, merged_into}};
    return apply(changes, policy);
  }
  ApplyResult organizations(const std::vector<OrganizationName>& names) {
    ChangeBatch changes = batch();
    changes.organizations = names;
    return apply(changes);
  }
  // One batch of a complete listing.
  ApplyResult list(const std::vector<Record>& records, bool begins, bool ends, const ApplyPolicy& policy = {}) {
    ChangeBatch changes = batch();
    changes.upserts = records;
    changes.begins_listing = begins;
    changes.ends_listing = ends;
    return apply(changes, policy);
  }

  Look look(const std::string& e164, std::size_t cards_max = 25, const std::string& account = "default") const {
    IndexView view = index->read();
    auto found = view.find(account, number(e164), cards_max);
    REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message));
    return {std::move(view), std::move(*found)};
  }
  std::uint64_t total(const std::string& e164, const std::string& account = "default") const {
    return look(e164, 25, account).found.total;
  }
  // The external ids of what find() gives, in its order: "1 2".
  std::string ids(const std::string& e164, const std::string& account = "default") const {
    std::string text;
    for (const Card& card : look(e164, 25, account).found.cards) {
      text.append(text.empty() ? "" : " ").append(card.external_id);
    }
    return text;
  }
  // "unknown", "gone", or "crm:contact:1" with " <- " and each alias.
  std::string answer(const RecordId& id, const std::string& account = "default") const {
    const auto got = index->read().get(account, id);
    REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().message));
    if (std::holds_alternative<UnknownRecord>(*got)) return "unknown";
    if (std::holds_alternative<GoneRecord>(*got)) return "gone";
    const auto& known = std::get<KnownRecord>(*got);
    std::string text = known.record.id.to_string();
    for (const RecordId& alias : known.aliases) text.append(" <- ").append(alias.to_string());
    return text;
  }
  Record record(const RecordId& id) const {
    const auto got = index->read().get("default", id);
    REQUIRE(got.has_value());
    REQUIRE(std::holds_alternative<KnownRecord>(*got));
    return std::get<KnownRecord>(*got).record;
  }
  SourceState state(const std::string& source = "crm", const std::string& account = "default") const {
    const auto got = index->read().source_state(account, source);
    REQUIRE(got.has_value());
    return *got;
  }
};

}  // namespace ringdex::index

#include "server/lookup/local_records.h"

#include <fmt/core.h>

#include <set>

#include "telephony/number/asked_number.h"

namespace ringdex::server {
namespace {

using index::RecordId;
using Kind = LocalError::Kind;

RecordId local_id(std::string external_id) {
  return {std::string(index::kLocalSource), index::RecordKind::local, std::move(external_id)};
}

LocalError no_account(const std::string& account) {
  return {Kind::store, fmt::format("no account '{}' is configured", account), std::nullopt};
}

LocalError of(const index::IndexError& error) {
  return {error.kind == index::IndexError::Kind::busy ? Kind::busy : Kind::store, error.message, std::nullopt};
}

index::ChangeBatch batch_of(const std::string& account) {
  index::ChangeBatch batch;
  batch.account = account;
  batch.source = index::kLocalSource;
  return batch;
}

}  // namespace

LocalRecords::LocalRecords(const telephony::NumberParser& parser, const LookupService& lookups, index::Index& index)
    : parser_(parser), lookups_(lookups), index_(index) {}

std::expected<index::Record, LocalError> LocalRecords::record_of(const std::string& account,
                                                                 const LocalPerson& person) const {
  index::Record record;
  record.id = local_id("");
  record.name = person.name;
  record.organization = person.organization;
  record.title = person.title;
  record.emails = person.emails;
  record.custom = person.custom;
  const auto settings = lookups_.settings(account);
  if (settings == nullptr) return std::unexpected(no_account(account));
  for (const std::string& phone : person.phones) {
    auto read =
        telephony::read_asked_number(parser_, phone, settings->region, telephony::Plan::automatic, settings->dial_plan);
    if (read.readings.empty()) {
      return std::unexpected(LocalError{Kind::bad_phone, fmt::format("'{}' is no phone number", phone), std::nullopt});
    }
    telephony::ParsedNumber& parsed = read.readings.front().parsed;
    record.phones.push_back({phone, parsed.number, "", std::string(parsed.extension)});
  }
  return record;
}

std::expected<RecordId, LocalError> LocalRecords::write(const std::string& account, index::Record record,
                                                        std::optional<std::chrono::milliseconds> timeout,
                                                        index::TimePoint now) {
  const auto settings = lookups_.settings(account);
  if (settings == nullptr) return std::unexpected(no_account(account));
  index::ChangeBatch batch = batch_of(account);
  // What a person writes is to last; a ring does not wait for the disk.
  batch.durable = !timeout;
  auto& sources = batch.unless_held_in.emplace();
  for (const auto& [source, label] : settings->source_labels) sources.insert(source);
  RecordId id = record.id;
  record.updated_at = now;
  if (!record.created_at) record.created_at = now;
  record.version = now.time_since_epoch().count();
  batch.upserts.push_back(std::move(record));
  const auto applied =
      timeout ? index_.apply_within(*timeout, std::move(batch), {}, now) : index_.apply(std::move(batch), {}, now);
  if (!applied) return std::unexpected(of(applied.error()));
  if (applied->refused != 0 && applied->holders.empty()) {
    return std::unexpected(LocalError{Kind::record_gone, fmt::format("{} is gone", id.to_string()), std::nullopt});
  }
  if (applied->refused != 0) {
    const RecordId& holder = applied->holders.front();
    return std::unexpected(
        LocalError{Kind::number_known, fmt::format("{} has this number", holder.to_string()), holder});
  }
  return applied->numbered.empty() ? id : applied->numbered.front();
}

std::expected<index::Record, LocalError> LocalRecords::find(const std::string& account, const RecordId& id) const {
  const auto found = index_.read().get(account, id);
  if (!found) return std::unexpected(of(found.error()));
  if (std::holds_alternative<index::UnknownRecord>(*found)) {
    return std::unexpected(
        LocalError{Kind::record_unknown, fmt::format("no record {} was ever seen", id.to_string()), std::nullopt});
  }
  if (std::holds_alternative<index::GoneRecord>(*found)) {
    return std::unexpected(LocalError{Kind::record_gone, fmt::format("{} was deleted", id.to_string()), std::nullopt});
  }
  const index::Record& record = std::get<index::KnownRecord>(*found).record;
  const RecordId& now_known = record.id;
  if (now_known == id) return record;
  return std::unexpected(LocalError{
      Kind::record_gone,
      fmt::format("{} gave way to {}; edit that one in its source", id.to_string(), now_known.to_string()), now_known});
}

std::expected<RecordId, LocalError> LocalRecords::create(const std::string& account, const LocalPerson& person,
                                                         index::TimePoint now) {
  auto record = record_of(account, person);
  if (!record) return std::unexpected(record.error());
  return write(account, *std::move(record), std::nullopt, now);
}

std::expected<index::Record, LocalError> LocalRecords::replace(const std::string& account, const RecordId& id,
                                                               const LocalPerson& person, index::TimePoint now) {
  auto before = find(account, id);
  if (!before) return std::unexpected(before.error());
  auto record = record_of(account, person);
  if (!record) return std::unexpected(record.error());
  record->id = id;
  record->created_at = before->created_at;
  const auto written = write(account, *std::move(record), std::nullopt, now);
  if (!written) return std::unexpected(written.error());
  return before;
}

std::expected<index::Record, LocalError> LocalRecords::remove(const std::string& account, const RecordId& id,
                                                              index::TimePoint now) {
  auto before = find(account, id);
  if (!before) return before;
  index::ChangeBatch batch = batch_of(account);
  batch.durable = true;
  batch.deletions.push_back({id, now.time_since_epoch().count()});
  const auto applied = index_.apply(std::move(batch), {}, now);
  if (!applied) return std::unexpected(of(applied.error()));
  return before;
}

std::expected<void, index::IndexError> LocalRecords::sync(const RecordId& id) {
  if (id.source != index::kLocalSource) return {};
  return index_.sync();
}

std::expected<RecordId, LocalError> LocalRecords::create_unknown(const std::string& account,
                                                                 telephony::PhoneNumber number,
                                                                 std::optional<std::chrono::milliseconds> timeout,
                                                                 index::TimePoint now) {
  index::Record record;
  record.id = local_id("");
  record.name = number.to_e164();
  record.phones.push_back({record.name, number, "", ""});
  return write(account, std::move(record), timeout, now);
}

}  // namespace ringdex::server

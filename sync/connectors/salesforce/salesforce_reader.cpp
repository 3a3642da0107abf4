#include "sync/connectors/salesforce/salesforce_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "config/logging/log.h"
#include "sync/connectors/salesforce/salesforce_query.h"
#include "sync/connectors/salesforce/salesforce_rows.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using text::JsonDocument;
using text::JsonView;

// Half of what Salesforce allows for an address and its headers, of which the access token may be a long one; also
// what proxies let through.
constexpr std::size_t kUriBytesMax = 8'000;
constexpr std::size_t kUriBytesMin = 1'000;  // below this the address is not what is too long
constexpr std::size_t kIdsMax = 200;
constexpr std::size_t kIdBytes = 27;  // 'id', with quotes and comma encoded
constexpr std::size_t kFateQueryBytes = 450;
constexpr std::size_t kBatchesMax = 100;  // of one query
constexpr std::size_t kNextUrlBytesMax = 2'048;

// The address of the next batch, or empty: it is not one that a credential may follow.
std::string next_batch(JsonView body) {
  std::string url = body["nextRecordsUrl"].text_or_empty();
  const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~'; });
  return plain && url.size() <= kNextUrlBytesMax && url.starts_with("/services/data/") ? url : std::string();
}

// "Account.Name"
bool is_path(const std::string& field) {
  return field.find('.') != std::string::npos;
}

// An answer about something else would pass for the end of a listing.
bool is_about(const std::vector<JsonView>& rows, SalesforceObject object) {
  return std::ranges::all_of(rows, [name = to_string(object)](JsonView row) {
    const JsonView attributes = row["attributes"];
    return !attributes || attributes["type"].text().value_or("") == name;
  });
}

// Keeps the rows in front of which every part tells the same state, and puts the parts of each together.
void join(SalesforceRows& rows, const std::vector<SalesforceRows>& others) {
  if (others.empty()) return;
  struct Part {
    JsonView row;
    index::TimePoint stamp;
  };
  std::vector<std::vector<JsonView>> parts(rows.rows.size());
  for (const auto& other : others) {
    std::unordered_map<std::string, Part> by_id;
    for (const JsonView row : other.rows) {
      if (const auto key = read_salesforce_key(row, rows.selection)) by_id[key->id] = {row, key->stamp};
    }
    std::size_t agreed = 0;
    for (; agreed < rows.rows.size(); ++agreed) {
      const auto key = read_salesforce_key(rows.rows[agreed], rows.selection);
      if (!key) continue;  // it is bad whatever the rest says
      const auto found = by_id.find(key->id);
      if (found == by_id.end() || found->second.stamp != key->stamp) break;
      if (parts[agreed].empty()) parts[agreed].push_back(rows.rows[agreed]);
      parts[agreed].push_back(found->second.row);
    }
    if (agreed < rows.rows.size()) {
      rows.rows.resize(agreed);
      rows.whole = false;
    }
    rows.whole = rows.whole && other.whole;
  }
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (parts[i].empty()) continue;
    rows.answers.push_back(JsonDocument::merged(parts[i]));
    rows.rows[i] = rows.answers.back();
  }
}

}  // namespace

SalesforceError salesforce_malformed(const std::string& why) {
  return {{FetchErrorKind::malformed, why, std::nullopt, 200}, ""};
}

SalesforceReader::SalesforceReader(const SalesforceOptions& options, SalesforceShared shared, SalesforceApi& api)
    : options_(options), shared_(shared), api_(api), uri_bytes_max_(kUriBytesMax) {}

std::size_t SalesforceReader::ids_max() const {
  return std::min(kIdsMax, (uri_bytes_max_ - kFateQueryBytes) / kIdBytes);
}

std::expected<std::shared_ptr<const SalesforceDescription>, SalesforceError> SalesforceReader::describe(
    SalesforceObject object, TimePoint now) {
  const std::string name(to_string(object));
  if (auto known = shared_.schema.find(name, now)) return known;
  const std::string target = "/services/data/" + options_.api_version + "/sobjects/" + name + "/describe";
  const auto answer = api_.get(target, now);
  std::shared_ptr<const SalesforceDescription> description;
  if (answer) {
    auto read = read_salesforce_describe(answer->body);
    if (!read) return std::unexpected(salesforce_malformed("GET " + target + ": no fields in the answer"));
    description = std::make_shared<const SalesforceDescription>(*std::move(read));
  } else if (answer.error().code == "NOT_FOUND" && object != SalesforceObject::contact) {
    // An org or a user without leads, or without accounts.
    if (shared_.schema.first_time(name)) {
      log::warn("{}: Salesforce shows no {}s to this user", options_.mapping.source, name);
    }
    description = std::make_shared<const SalesforceDescription>();
  } else {
    return std::unexpected(answer.error());
  }
  shared_.schema.learned(name, description, now);
  return description;
}

void SalesforceReader::forget_descriptions() {
  for (const auto object : {SalesforceObject::account, SalesforceObject::contact, SalesforceObject::lead}) {
    shared_.schema.forget(std::string(to_string(object)));
  }
}

void SalesforceReader::tell_missing(const SalesforceSelection& selection) {
  if (selection.missing.empty()) return;
  const auto text =
      fmt::format("{} has no field {}", to_string(selection.object), text::joined(selection.missing, ", "));
  if (!shared_.schema.first_time(text)) return;
  log::warn("{}: {}; what does not exist, or may not be seen by this user, is left out", options_.mapping.source,
            text::printable(text));
}

std::expected<SalesforceSelection, SalesforceError> SalesforceReader::select(SalesforceObject object, Fields fields,
                                                                             TimePoint now) {
  const auto description = describe(object, now);
  if (!description) return std::unexpected(description.error());
  auto selection = fields == Fields::all ? select_salesforce_rows(object, **description, options_.mapping)
                                         : select_salesforce_fates(object, **description);
  if (without_paths_.contains(object)) std::erase_if(selection.fields, is_path);
  if ((*description)->exists) {
    tell_missing(selection);
    if (selection.stamp.empty()) {
      return std::unexpected(salesforce_malformed(
          fmt::format("{} can be asked neither for SystemModstamp nor for LastModifiedDate", to_string(object))));
    }
  }
  return selection;
}

std::expected<SalesforceRows, SalesforceError> SalesforceReader::read(SalesforceObject object, Fields fields,
                                                                      const Tail& tail, TimePoint now) {
  // Refused for a field: once with a fresh describe, then without what stands behind references.
  for (int refused = 0;; ++refused) {
    const auto selection = select(object, fields, now);
    if (!selection) return std::unexpected(selection.error());
    if (selection->stamp.empty() && shared_.schema.existed(std::string(to_string(object)))) {
      return std::unexpected(SalesforceError{
          {FetchErrorKind::unavailable,
           fmt::format("Salesforce does not show {}s to this user any more", to_string(object)), std::nullopt, 404},
          ""});
    }
    if (selection->stamp.empty()) return SalesforceRows{.selection = *selection, .whole = true, .as_of = now};
    auto rows = read_selected(*selection, tail(*selection), now);
    if (rows || rows.error().code != "INVALID_FIELD") return rows;
    if (refused == 0) {
      shared_.schema.forget(std::string(to_string(object)));
    } else if (refused == 1 && std::ranges::any_of(selection->fields, is_path)) {
      without_paths_.insert(object);
    } else {
      return rows;
    }
  }
}

std::expected<SalesforceRows, SalesforceError> SalesforceReader::read_selected(const SalesforceSelection& selection,
                                                                               const std::string& tail, TimePoint now) {
  std::vector<SalesforceRows> parts;
  std::vector<std::string> targets = query_targets(options_.api_version, selection, tail, uri_bytes_max_);
  for (std::size_t i = 0; i < targets.size();) {
    auto part = read_part(targets[i], now);
    if (!part) {
      const int status = part.error().error.http_status;
      if ((status != 414 && status != 431) || uri_bytes_max_ / 2 < kUriBytesMin) return std::unexpected(part.error());
      uri_bytes_max_ /= 2;
      parts.clear();
      targets = query_targets(options_.api_version, selection, tail, uri_bytes_max_);
      i = 0;
      continue;
    }
    if (!is_about(part->rows, selection.object)) {
      return std::unexpected(
          salesforce_malformed(fmt::format("asked for {}, the answer has other rows", to_string(selection.object))));
    }
    parts.push_back(*std::move(part));
    ++i;
  }
  SalesforceRows rows = std::move(parts.front());
  parts.erase(parts.begin());
  rows.selection = selection;
  const bool had_rows = !rows.rows.empty();
  join(rows, parts);
  if (had_rows && rows.rows.empty()) {
    return std::unexpected(SalesforceError{
        {FetchErrorKind::unavailable, "the rows changed while their parts were read", std::nullopt, 200}, ""});
  }
  return rows;
}

// A locator that has expired before any row came: the query is asked once more.
std::expected<SalesforceRows, SalesforceError> SalesforceReader::read_part(const std::string& target, TimePoint now) {
  auto rows = read_batches(target, now);
  if (!rows && rows.error().code == "INVALID_QUERY_LOCATOR") rows = read_batches(target, now);
  if (!rows && rows.error().code == "INVALID_QUERY_LOCATOR") rows.error().error.kind = FetchErrorKind::unavailable;
  return rows;
}

std::expected<SalesforceRows, SalesforceError> SalesforceReader::read_batches(const std::string& target,
                                                                              TimePoint now) {
  const std::string what = "GET " + target.substr(0, target.find('?'));
  SalesforceRows rows;
  std::string next = target;
  for (std::size_t batches = 0; batches < kBatchesMax && rows.rows.size() < kRowsMax; ++batches) {
    const auto answer = api_.get(next, now);
    if (!answer) {
      // Rows in front are as good as a shorter page: the next one goes on behind them.
      if (rows.rows.empty()) return std::unexpected(answer.error());
      return rows;
    }
    const JsonView records = answer->body["records"];
    const auto done = answer->body["done"].boolean();
    if (!records.is_list() || !done) return std::unexpected(salesforce_malformed(what + ": no rows in the answer"));
    rows.as_of = answer->as_of;
    rows.answers.push_back(answer->body);
    for (const JsonView row : records) rows.rows.push_back(row);
    if (const auto total = answer->body["totalSize"].natural()) rows.total = *total;
    if (*done) {
      rows.whole = true;
      rows.total = std::max<std::uint64_t>(rows.total, rows.rows.size());
      return rows;
    }
    std::string following = next_batch(answer->body);
    if (following.empty() || following == next) {
      return std::unexpected(salesforce_malformed(what + ": the answer does not say where it goes on"));
    }
    next = std::move(following);
  }
  if (rows.rows.empty()) return std::unexpected(salesforce_malformed(what + ": batches without rows and without end"));
  return rows;
}

}  // namespace ringdex::sync

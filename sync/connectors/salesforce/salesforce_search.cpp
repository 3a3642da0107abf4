#include "sync/connectors/salesforce/salesforce_search.h"

#include <algorithm>
#include <utility>

#include "sync/connectors/salesforce/salesforce_query.h"
#include "sync/national_digits.h"

namespace ringdex::sync {
namespace {

using text::JsonView;

constexpr std::size_t kTailDigitsMax = 10;
constexpr std::size_t kTailDigitsMin = 7;

// An object since v37, the bare list before.
JsonView found_rows(JsonView body) {
  return body.is_list() ? body : body["searchRecords"];
}

std::optional<SalesforceObject> object_of(JsonView row) {
  const auto type = row["attributes"]["type"].text();
  for (const auto object : {SalesforceObject::contact, SalesforceObject::lead}) {
    if (type == to_string(object)) return object;
  }
  return std::nullopt;
}

std::vector<SalesforceSelection> without_fields(const SalesforceHits& hits) {
  auto bare = hits.selections;
  for (auto& selection : bare) selection.fields.clear();
  return bare;
}

std::expected<std::vector<SalesforceSelection>, SalesforceError> selections_of(SalesforceReader& reader,
                                                                               TimePoint now) {
  std::vector<SalesforceSelection> selections;
  for (const auto object : {SalesforceObject::contact, SalesforceObject::lead}) {
    auto selection = reader.select(object, SalesforceReader::Fields::all, now);
    if (!selection) return std::unexpected(selection.error());
    if (!selection->stamp.empty()) selections.push_back(*std::move(selection));
  }
  return selections;
}

}  // namespace

std::vector<std::string> salesforce_search_terms(const telephony::NumberParser& parser, telephony::PhoneNumber number) {
  std::vector<std::string> terms;
  const std::string national = written_digits(number, parser);
  const std::string digits(std::string_view(number.digits()));
  terms.push_back(national.empty() ? digits : national);
  if (digits.size() >= kTailDigitsMin) {
    // Shorter than the national number, so that neither a trunk digit nor the country code stands in it.
    const std::size_t nine = national.starts_with('0') ? national.size() - 1 : national.size();
    const std::size_t tail = std::clamp(nine, kTailDigitsMin, kTailDigitsMax);
    terms.push_back("*" + digits.substr(digits.size() - std::min(tail, digits.size())));
  }
  return terms;
}

std::expected<SalesforceHits, FetchError> search_salesforce(SalesforceApi& api, SalesforceReader& reader,
                                                            const SalesforceOptions& options,
                                                            const std::vector<std::string>& terms, std::size_t hits_max,
                                                            TimePoint now) {
  SalesforceHits result;
  int refused = 0;  // for a field: describe is asked again, then the ids alone are
  for (std::size_t i = 0; i < terms.size() && result.hits.empty();) {
    auto selections = selections_of(reader, now);
    if (!selections) return std::unexpected(selections.error().error);
    result.selections = *std::move(selections);
    if (result.selections.empty()) return result;
    std::string target = search_target(options.api_version, terms[i], result.selections, hits_max);
    result.only_ids = refused > 1 || target.size() > reader.uri_bytes_max();
    if (result.only_ids) target = search_target(options.api_version, terms[i], without_fields(result), hits_max);
    const auto answer = api.get(target, now);
    if (!answer) {
      if (answer.error().code != "INVALID_FIELD" || ++refused > 2) return std::unexpected(answer.error().error);
      reader.forget_descriptions();
      continue;
    }
    const JsonView rows = found_rows(answer->body);
    if (!rows.is_list()) return std::unexpected(salesforce_malformed("GET search: no list in the answer").error);
    result.as_of = answer->as_of;
    result.answer = answer->body;
    for (const JsonView row : rows) {
      if (const auto object = object_of(row)) result.hits.push_back({*object, row});
    }
    ++i;
  }
  return result;
}

}  // namespace ringdex::sync

#pragma once

#include <string>
#include <vector>

#include "index/records/record.h"
#include "sync/connectors/salesforce/salesforce_selection.h"
#include "telephony/number/phone_number.h"

namespace ringdex::sync {

// Texts in Salesforce's query languages. Pure. Ids must have passed salesforce_id(): nothing else of the outside gets
// into a query.
// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql.htm

// "2026-01-04T05:33:18.123Z", unquoted in SOQL.
std::string soql_time(index::TimePoint time);
// "('003...','003...')"
std::string soql_id_list(const std::vector<std::string>& ids);

// Where a window of changes goes on: at `time`, or behind the row of that time and id.
struct SalesforcePosition {
  index::TimePoint time{};
  std::string id;  // empty: from `time` on
  bool operator==(const SalesforcePosition&) const = default;
};

// What stands behind "FROM Contact" for a page of a listing, and of a window of changes up to `until`.
std::string soql_listing_tail(const std::string& after_id, std::size_t rows);
std::string soql_changes_tail(const std::string& stamp, const SalesforcePosition& from, index::TimePoint until,
                              std::size_t rows);

// "/services/data/v60.0/queryAll/?q=..." for the whole selection: several if one would be longer than bytes_max. Each
// then brings Id and the stamp, by which the rows are joined. https://developer.salesforce.com/docs (limits cheat
// sheet): a URI and its headers have at most 16,384 bytes together.
std::vector<std::string> query_targets(const std::string& api_version, const SalesforceSelection& selection,
                                       const std::string& tail, std::size_t bytes_max);

// A search for digits (wildcards apart, nothing else) in all phone fields.
std::string search_target(const std::string& api_version, const std::string& digits,
                          const std::vector<SalesforceSelection>& selections, std::size_t rows);

}  // namespace ringdex::sync

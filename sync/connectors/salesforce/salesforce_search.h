#pragma once

#include <expected>
#include <string>
#include <vector>

#include "sync/connectors/salesforce/salesforce_reader.h"
#include "telephony/number/number_parser.h"

namespace ringdex::sync {

// What is searched for, one after the other until something is found: the number as it is dialled inside its country,
// then anything that ends in its last digits. Digits and one leading '*' only. Pure.
std::vector<std::string> salesforce_search_terms(const telephony::NumberParser& parser, telephony::PhoneNumber number);

struct SalesforceHit {
  SalesforceObject object = SalesforceObject::contact;
  text::JsonView row;
};
struct SalesforceHits {
  std::vector<SalesforceSelection> selections;  // what the rows were read by; of an object the first
  text::JsonDocument answer;                    // that the hits point into
  std::vector<SalesforceHit> hits;
  bool only_ids = false;  // the fields would not fit into one request
  TimePoint as_of{};
};
// Contacts and leads that Salesforce's own search finds in a phone field; at most `hits_max` of each.
// https://developer.salesforce.com/docs/platform/api-rest/guide/dome-search.md
std::expected<SalesforceHits, FetchError> search_salesforce(SalesforceApi& api, SalesforceReader& reader,
                                                            const SalesforceOptions& options,
                                                            const std::vector<std::string>& terms, std::size_t hits_max,
                                                            TimePoint now);

}  // namespace ringdex::sync

#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/connectors/salesforce/salesforce_api.h"
#include "sync/connectors/salesforce/salesforce_selection.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// The rows of one query, in its order.
struct SalesforceRows {
  SalesforceSelection selection;            // what they were read by
  std::vector<text::JsonDocument> answers;  // that the rows point into
  std::vector<text::JsonView> rows;
  bool whole = false;       // all that the query has; else those in front, since what followed could not be read
  std::uint64_t total = 0;  // as Salesforce counts them, at least rows.size()
  TimePoint as_of{};        // the clock of Salesforce
};

// Queries one org: fields by describe, long field lists in parts, answers in batches. One thread.
class SalesforceReader {
 public:
  enum class Fields { all, fate };
  static constexpr std::size_t kRowsMax = 50'000;  // of one query

  SalesforceReader(const SalesforceOptions& options, SalesforceShared shared, SalesforceApi& api);

  std::expected<std::shared_ptr<const SalesforceDescription>, SalesforceError> describe(SalesforceObject object,
                                                                                        TimePoint now);
  void forget_descriptions();
  std::expected<SalesforceSelection, SalesforceError> select(SalesforceObject object, Fields fields, TimePoint now);

  // `tail` is what stands behind FROM. An object that our user may not see has no rows. A field that is gone is
  // noticed: describe is asked again, once.
  using Tail = std::function<std::string(const SalesforceSelection&)>;
  std::expected<SalesforceRows, SalesforceError> read(SalesforceObject object, Fields fields, const Tail& tail,
                                                      TimePoint now);
  // How many ids a query for fates may name.
  std::size_t ids_max() const;
  // Longest address of a request now.
  std::size_t uri_bytes_max() const { return uri_bytes_max_; }

 private:
  std::expected<SalesforceRows, SalesforceError> read_selected(const SalesforceSelection& selection,
                                                               const std::string& tail, TimePoint now);
  std::expected<SalesforceRows, SalesforceError> read_part(const std::string& target, TimePoint now);
  std::expected<SalesforceRows, SalesforceError> read_batches(const std::string& target, TimePoint now);
  void tell_missing(const SalesforceSelection& selection);

  const SalesforceOptions& options_;
  SalesforceShared shared_;
  SalesforceApi& api_;
  std::size_t uri_bytes_max_;
  std::set<SalesforceObject> without_paths_;  // whose queries are refused for names behind references
};

SalesforceError salesforce_malformed(const std::string& why);

}  // namespace ringdex::sync

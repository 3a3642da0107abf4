#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/connectors/salesforce/salesforce_cursor.h"
#include "sync/connectors/salesforce/salesforce_reader.h"

namespace ringdex::sync {

// What getDeleted answers: ids alone, without a reason and without the survivor of a merge.
// https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.md
struct SalesforceDeletion {
  TimePoint at{};
  std::string id;
  auto operator<=>(const SalesforceDeletion&) const = default;
};
struct SalesforceDeletions {
  std::vector<SalesforceDeletion> deletions;  // in order
  std::optional<TimePoint> earliest_available;
  std::optional<TimePoint> covered_until;
};
// nullopt if it is no such answer. Pure.
std::optional<SalesforceDeletions> read_salesforce_deletions(text::JsonView answer);

// Whether getDeleted can be asked from `since` to `until`: it cuts both to the minute and wants more than one between.
bool is_salesforce_check_due(TimePoint since, TimePoint until);

// The check at a cursor's stage: finds rows that were purged before a query could show them as deleted. One thread.
class SalesforceDeletionCheck {
 public:
  SalesforceDeletionCheck(const SalesforceOptions& options, SalesforceApi& api, SalesforceReader& reader)
      : options_(options), api_(api), reader_(reader) {}

  // One page: adds to `page` and moves the cursor within the stage; true at the stage's end. cursor_expired: the log
  // does not reach back far enough, and only a full copy can tell what is gone.
  std::expected<bool, FetchError> add_page(SalesforceCursor& cursor, SourcePage& page, TimePoint now);

 private:
  std::expected<const SalesforceDeletions*, SalesforceError> ask(const std::string& target, TimePoint now);
  std::expected<void, FetchError> add(const SalesforceCursor& cursor, std::span<const SalesforceDeletion> deletions,
                                      SourcePage& page, TimePoint now);

  const SalesforceOptions& options_;
  SalesforceApi& api_;
  SalesforceReader& reader_;
  // The last answer, so that the pages of one long list, and repeats after a limit, do not fetch it anew.
  struct Kept {
    std::string target;
    SalesforceDeletions answer;
  };
  std::optional<Kept> kept_;
};

}  // namespace ringdex::sync

#pragma once

#include <array>
#include <optional>
#include <string>

#include "index/records/record.h"
#include "sync/connectors/salesforce/salesforce_query.h"
#include "telephony/text/enum_names.h"

namespace ringdex::sync {

// Where a Salesforce source's next page starts. Written as JSON with a version; nobody else reads it. A listing goes
// through accounts, contacts and leads by id. A run of changes goes through the stages in their order, all up to the
// same moment, so that whoever was merged or converted is there before the one it was made from leaves.
struct SalesforceCursor {
  enum class Stage { accounts, contacts, deleted_contacts, leads, deleted_leads };
  using TimePoint = index::TimePoint;

  Stage stage = Stage::accounts;
  bool listing = true;
  TimePoint started{};         // when the listing began, or the run of changes; the epoch: no run is open
  TimePoint until{};           // the end of the run's windows
  SalesforcePosition at;       // within the stage; of a listing, the id alone
  TimePoint accounts_since{};  // where the next window of changes begins
  TimePoint contacts_since{};
  TimePoint leads_since{};
  TimePoint contacts_checked{};  // up to when getDeleted was asked
  TimePoint leads_checked{};

  bool operator==(const SalesforceCursor&) const = default;
  std::string to_text() const;
  // An empty text starts a full copy. nullopt if it is no cursor of this version.
  static std::optional<SalesforceCursor> from_text(const std::string& text);

  bool is_check() const { return stage == Stage::deleted_contacts || stage == Stage::deleted_leads; }
  SalesforceObject object() const;
  TimePoint& since();    // of the stage's object
  TimePoint& checked();  // of the stage's object; accounts have none
  // To the stage behind this one; false if there is none, and the cursor is at the first again.
  bool next_stage();
};

inline constexpr auto kSalesforceStages =
    text::enum_names<SalesforceCursor::Stage>({{SalesforceCursor::Stage::accounts, "accounts"},
                                               {SalesforceCursor::Stage::contacts, "contacts"},
                                               {SalesforceCursor::Stage::deleted_contacts, "deleted_contacts"},
                                               {SalesforceCursor::Stage::leads, "leads"},
                                               {SalesforceCursor::Stage::deleted_leads, "deleted_leads"}});

}  // namespace ringdex::sync

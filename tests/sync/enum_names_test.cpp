#include <doctest/doctest.h>

#include "sync/connectors/pipedrive/pipedrive_cursor.h"
#include "sync/connectors/salesforce/salesforce_cursor.h"
#include "sync/connectors/salesforce/salesforce_selection.h"
#include "sync/connectors/zendesk/zendesk_cursor.h"
#include "sync/mirror/record_refresher.h"
#include "sync/mirror/source_status.h"
#include "sync/webhooks/webhook_event.h"
#include "tests/support/enumerators.h"

namespace ringdex::sync {

TEST_CASE("every value of this folder's enumerations has a name") {
  static_assert(tests::names_all<kFetchErrorNames>());
  static_assert(tests::names_all<kRejectReasonNames>());
  static_assert(tests::names_all<kRunKindNames>());
  static_assert(tests::names_all<kSourceStateNames>());
  static_assert(tests::names_all<kResyncOutcomeNames>());
  static_assert(tests::names_all<kHintKindNames>());
  static_assert(tests::names_all<kPipedriveStages>());
  static_assert(tests::names_all<kSalesforceStages>());
  static_assert(tests::names_all<kSalesforceObjects>());
  static_assert(tests::names_all<kZendeskStages>());
}

}  // namespace ringdex::sync

#include <doctest/doctest.h>

#include "index/calls/call.h"
#include "index/records/change_batch.h"
#include "index/records/settled_event.h"
#include "index/records/source_state.h"
#include "tests/support/enumerators.h"

namespace ringdex::index {

TEST_CASE("every value of this folder's enumerations has a name") {
  static_assert(tests::names_all<kRecordKindNames>());
  static_assert(tests::names_all<kConsentNames>());
  static_assert(tests::names_all<kChangeCauseNames>());
  static_assert(tests::names_all<kEventOutcomeNames>());
  static_assert(tests::names_all<kSourceModeNames>());
  static_assert(tests::names_all<kCallDirectionNames>());
}

}  // namespace ringdex::index

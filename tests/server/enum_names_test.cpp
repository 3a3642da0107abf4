#include <doctest/doctest.h>

#include "server/access/principal.h"
#include "server/lookup/caller_line.h"
#include "server/lookup/live_lookups.h"
#include "server/lookup/lookup_answer.h"
#include "server/lookup/pick_rules.h"
#include "server/lookup/remembered_picks.h"
#include "server/lookup/same_person.h"
#include "server/metrics/metrics.h"
#include "tests/support/enumerators.h"

namespace ringdex::server {

TEST_CASE("every value of this folder's enumerations has a name") {
  static_assert(tests::names_all<kScopeNames>(Scope::none));
  static_assert(tests::names_all<kSamePersonNames>());
  static_assert(tests::names_all<kPickScopeNames>());
  static_assert(tests::names_all<kPickRuleNames>());
  static_assert(tests::names_all<kCallerLineNames>());
  static_assert(tests::names_all<kMatchNames>());
  static_assert(tests::names_all<kLiveOutcomeNames>());
  static_assert(tests::names_all<kDoorNames>());
  static_assert(tests::names_all<kDoorOutcomeNames>());
  static_assert(tests::names_all<kAskedByNames>());
}

}  // namespace ringdex::server

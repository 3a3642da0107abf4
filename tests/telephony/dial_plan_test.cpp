#include "telephony/number/dial_plan.h"

#include <doctest/doctest.h>

namespace ringdex::telephony {
namespace {

TEST_CASE("The first rewrite that applies is made, once") {
  const std::vector<DialRewrite> rewrites = {
      {.prefix = "000", .replacement = "+", .digits_min = 9, .digits_max = 20},
      {.prefix = "9", .replacement = "", .digits_min = 10, .digits_max = 12},
      {.prefix = "+0", .replacement = "0"},
      {.prefix = "0", .replacement = "+390"},
  };
  CHECK(rewrite_dialled("0004930123456", rewrites) == "+4930123456");
  CHECK(rewrite_dialled("93108675309", rewrites) == "3108675309");
  CHECK(rewrite_dialled("9 (310) 867-5309", rewrites) == "3108675309");
  CHECK(rewrite_dialled("911", rewrites) == "911");
  CHECK(rewrite_dialled("+0612345678", rewrites) == "0612345678");
  CHECK(rewrite_dialled("06 1234", rewrites) == "+39061234");
  CHECK(rewrite_dialled("+13108675309", rewrites) == "+13108675309");
  CHECK(rewrite_dialled("(310) 867-5309", rewrites) == "(310) 867-5309");
  CHECK(rewrite_dialled("", rewrites).empty());
  CHECK(rewrite_dialled("anonymous", {{.prefix = "", .replacement = "1"}}) == "anonymous");
  CHECK(rewrite_dialled("310", {}) == "310");
}

}  // namespace
}  // namespace ringdex::telephony

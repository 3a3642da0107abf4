#include "telephony/text/enum_names.h"

#include <doctest/doctest.h>

#include "telephony/formats/display_name.h"
#include "telephony/formats/phone_book.h"
#include "telephony/number/asked_number.h"
#include "telephony/number/number_parser.h"
#include "tests/support/enumerators.h"

namespace ringdex::telephony {
namespace {

enum class Color { red = 1, green = 4, blue };
constexpr auto kSome = text::enum_names<Color>({{Color::red, "red"}, {Color::blue, "sky"}});

TEST_CASE("a value has its name, a name its value") {
  CHECK(kSome.name_of(Color::blue) == "sky");
  CHECK(kSome.name_of(Color::green).empty());
  CHECK(kSome.value_of("red") == Color::red);
  CHECK(kSome.value_of("blue") == std::nullopt);
  CHECK(kSome.value_of("") == std::nullopt);
  CHECK(kSome.size() == 2);
  CHECK(kSome.begin()->second == "red");
}

TEST_CASE("every value of this folder's enumerations has a name") {
  static_assert(!tests::names_all<kSome>());
  static_assert(tests::names_all<kSome>(Color::green));
  static_assert(tests::names_all<kNameForms>());
  static_assert(tests::names_all<kPhoneBookFormats>());
  static_assert(tests::names_all<kPlanNames>());
  static_assert(tests::names_all<kReadingNames>());
  static_assert(tests::names_all<kUnmatchableNames>());
  static_assert(tests::names_all<kParseErrorNames>());
  static_assert(tests::names_all<kRepairNames>());
}

}  // namespace
}  // namespace ringdex::telephony

#include "telephony/number/phone_label.h"

#include <doctest/doctest.h>

#include <string>

namespace ringdex::telephony {
namespace {

using Kind = PhoneLabel::Kind;
using Place = PhoneLabel::Place;

TEST_CASE("A label says what a number is for and where it rings") {
  struct Row {
    const char* label;
    Kind kind;
    Place place;
  };
  constexpr Row kRows[] = {
      {"", Kind::voice, Place::unknown},
      {"Mobile", Kind::mobile, Place::unknown},
      {"mobile_phone", Kind::mobile, Place::unknown},
      {"MobilePhone", Kind::mobile, Place::unknown},
      {"Handy (privat)", Kind::mobile, Place::home},
      {"HomePhone", Kind::voice, Place::home},
      {"work fax", Kind::fax, Place::work},
      {"Telefax (Büro)", Kind::fax, Place::work},
      {"FAX", Kind::fax, Place::unknown},
      {"main", Kind::voice, Place::work},
      {"Pager", Kind::pager, Place::unknown},
      {"phone", Kind::voice, Place::unknown},
      {"assistant", Kind::voice, Place::unknown},
      {"mobile or fax", Kind::mobile, Place::unknown},
      {"1234 ;,\n", Kind::voice, Place::unknown},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.label));
    CHECK(read_phone_label(row.label) == PhoneLabel{row.kind, row.place});
  }
  CHECK(read_phone_label(std::string(kPhoneLabelBytesMax, ' ') + "fax") == PhoneLabel{});
  CHECK(read_phone_label(std::string(1'000'000, 'x')) == PhoneLabel{});
}

}  // namespace
}  // namespace ringdex::telephony

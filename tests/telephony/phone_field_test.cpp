#include "telephony/number/phone_field.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/support/test_parser.h"

namespace ringdex::telephony {
namespace {

// "+39... label xEXT, ..." with the error's name where there is no number.
std::string summary(std::string_view text, std::string_view region) {
  std::string all;
  for (const FieldPhone& phone : read_phone_field(test_parser(), text, region)) {
    CHECK(phone.parsed.has_value() != phone.error.has_value());
    if (!all.empty()) all += ", ";
    all += phone.parsed ? phone.parsed->number.to_e164() : std::string(to_string(*phone.error));
    if (!phone.label.empty()) all += " " + phone.label;
    if (phone.parsed && !phone.parsed->extension.empty()) all += " x" + phone.parsed->extension;
  }
  return all;
}

struct Row {
  const char* region;
  const char* text;
  const char* expected;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    const std::string text = row.text;
    CAPTURE(text);
    CHECK(summary(text, row.region) == std::string(row.expected));
  }
}

TEST_CASE("Fields with one number") {
  check({{"US", "+13108675309", "+13108675309"},
         {"US", " (310) 867-5309 ", "+13108675309"},
         {"DE", "030/12345", "+493012345"},
         {"DE", "030 / 12345", "+493012345"},
         {"DE", "+49 (0) 2626 / 978411", "+492626978411"},
         {"GB", "(020) 7805 1476", "+442078051476"},
         {"US", "tel:+1-310-867-5309;ext=12", "+13108675309 x12"},
         {"US", "1-800-FLOWERS", "+18003569377"},
         {"US", "310 - 867 - 5309", "+13108675309"},
         {"US", "310,867,5309", "too_short, too_short, too_short"},
         {"", "", ""},
         {"", "   ", ""}});
}

TEST_CASE("Several numbers in one field") {
  check({{"GB", "01553 778730 ::: 01603 230403", "+441553778730, +441603230403"},
         {"GB", "01553 778730\n01603 230403", "+441553778730, +441603230403"},
         {"GB", "01553 778730 | 01603 230403", "+441553778730, +441603230403"},
         {"DE", "030 123456 oder 0171 1622355", "+4930123456, +491711622355"},
         {"US", "310-867-5309 & 310-867-5310", "+13108675309, +13108675310"},
         {"IT", "+39 011 5788940 +39 011 6632473", "+390115788940, +390116632473"},
         {"GB", "020 7805 1491 - 020 7805 1492", "+442078051491, +442078051492"},
         {"GB", "01553 778730; 01553 778730", "+441553778730"},
         {"ES", "954 770 068 / 954 770 069", "+34954770068, +34954770069"}});
}

TEST_CASE("Tails replace the end of the number before them") {
  check({{"GB", "01325 376671 or 376670", "+441325376671, +441325376670"},
         {"GB", "01325 376671, 376670", "+441325376671, +441325376670"},
         {"DE", "02626 978411 / 978412", "+492626978411, +492626978412"},
         {"GB", "0161 240 5300/01/02", "+441612405300, +441612405301, +441612405302"},
         {"GB", "0161 240 5131 / Fax 5051", "+441612405131, +441612405051 fax"},
         {"IT", "0321 455058 / 455059", "+390321455058, +390321455059"},
         {"GB", "0161 240 5300 / 5", "+441612405300, not_a_number"}});
}

TEST_CASE("Marks become labels") {
  check({{"GB", "Fax: 01784 895520", "+441784895520 fax"},
         {"GB", "01273 811770 (fax)", "+441273811770 fax"},
         {"GB", "Tel 020 8437 6066 Fax 020 8437 6010", "+442084376066, +442084376010 fax"},
         {"GB", "020 8437 6066 tel, 020 8437 6010 fax", "+442084376066, +442084376010 fax"},
         {"GB", "T: 020 8437 6066 F: 020 8437 6010 M: 07911 123456",
          "+442084376066, +442084376010 fax, +447911123456 mobile"},
         {"GB", "Tel/Fax: 020 8437 6066", "+442084376066"},
         {"DE", "Handy 0171 1622355", "+491711622355 mobile"},
         {"DE", "0171 1622355 (privat)", "+491711622355 home"},
         {"ES", "m\xc3\xb3vil: 612 345 678", "+34612345678 mobile"},
         {"IT", "cellulare 333 1234567, ufficio 06 1234 5678", "+393331234567 mobile, +390612345678 work"},
         {"US", "310-867-5309 (office) 310-867-5310 (home)", "+13108675309 work, +13108675310 home"},
         {"GB", "020 7805 1476 (mobile 07911 123456)", "+442078051476, +447911123456 mobile"},
         {"GB", "020 8437 6066, fax", "+442084376066 fax"},
         {"GB", "0161 240 5300 switchboard", "+441612405300 main"}});
}

TEST_CASE("Notes are never read as digits") {
  check({{"GB", "01934 528528 - option 2", "+441934528528"},
         {"GB", "01254 299840 option 4", "+441254299840"},
         {"GB", "01384 440182 (4 July to 30 September)", "+441384440182"},
         {"GB", "Kingston - 020 7805 1491", "+442078051491"},
         {"GB", "0800 123 FAX", "+440800123 fax"},
         {"DE", "Zimmer 4 030 12345", "not_a_number"},
         {"DE", "030 12345 9 Uhr", "not_a_number"},
         {"GB", "020 7805 1476 9am", "not_a_number"},
         {"US", "yes", "not_a_number"},
         {"US", "http://usdls.com/", "not_a_number"},
         {"US", "ann3108675309@example.com", "not_a_number"},
         {"US", "user3108675309", "not_a_number"}});
}

TEST_CASE("Extensions in many forms") {
  check({{"US", "310-867-5309 x123", "+13108675309 x123"},
         {"US", "310-867-5309x123", "+13108675309 x123"},
         {"US", "310-867-5309 ext. 12", "+13108675309 x12"},
         {"US", "310-867-5309, ext 12", "+13108675309 x12"},
         {"US", "310-867-5309 #12", "+13108675309 x12"},
         {"US", "310-867-5309 extn:12", "+13108675309 x12"},
         {"US", "310-867-5309 (ext 12)", "+13108675309 x12"},
         {"US", "310-867-5309;ext=12", "+13108675309 x12"},
         {"US", "3108675309,,12", "+13108675309 x12"},
         {"US", "3108675309,12", "+13108675309 x12"},
         {"DE", "030 12345 Durchwahl 67", "+493012345 x67"},
         {"US", "3364492988;3364491231", "+13364492988, +13364491231"},
         {"US", "310-867-5309 ext 123456789", "not_a_number"},
         {"US", "310-867-5309, 12", "+13108675309, too_short"}});
}

TEST_CASE("Spreadsheet damage") {
  check({{"GB", "'+442078051476", "+442078051476"},
         {"GB", "=\"+442078051476\"", "+442078051476"},
         {"GB", "4.41632E+11", "not_a_number"},
         {"GB", "4,41632E+11", "not_a_number"},
         {"GB", "442078051476", "+442078051476"},
         {"GB", "442078051476.0", "+442078051476"}});
}

TEST_CASE("Short codes and incomplete numbers are errors") {
  check({{"US", "911", "too_short"},
         {"DE", "110", "local_only"},
         {"US", "867-5309", "local_only"},
         {"US", "+1934297000", "too_short"},
         {"US", "+1", "not_a_number"},
         {"NC", "241234", "+687241234"}});
}

TEST_CASE("The raw text of each number is kept") {
  const auto phones = read_phone_field(test_parser(), " 0161 240 5131 / Fax 5051 ", "GB");
  REQUIRE(phones.size() == 2);
  CHECK(phones[0].raw == "0161 240 5131");
  CHECK(phones[1].raw == "Fax 5051");
  const auto single = read_phone_field(test_parser(), " \xef\xbc\x90\xef\xbc\x93-1234-5678 ", "JP");
  REQUIRE(single.size() == 1);
  CHECK(single[0].raw == "\xef\xbc\x90\xef\xbc\x93-1234-5678");
}

TEST_CASE("Fields over the limits are refused whole") {
  CHECK(summary(std::string(kPhoneFieldBytesMax + 1, '1'), "US") == "too_long");
  std::string many;
  for (std::size_t count = 0; count <= kPhonesPerFieldMax; ++count)
    many += "310867" + std::to_string(5300 + count) + ";";
  CHECK(summary(many, "US") == "too_long");
}

TEST_CASE("Random fields never crash, and a number read is read again") {
  std::mt19937_64 random(23);
  MESSAGE("seed " << 23);
  constexpr std::string_view kParts[] = {
      "0161 240 5300", "5399",     "/",   ";",  ",", " or ", "(",    ")", "fax", " ",
      "+39 06 1234",   "x12",      "ext", "\n", "-", "#",    "1",    "=", "'",   "\xff",
      "\xc3\xb3",      "option 2", "+",   "|",  "[", "am",   "tel:", "&", "::"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t at = random() % 12; at > 0; --at) text += kParts[random() % std::size(kParts)];
    for (const FieldPhone& phone : read_phone_field(test_parser(), text, "GB")) {
      CAPTURE(text);
      REQUIRE(phone.parsed.has_value() != phone.error.has_value());
    }
  }
}

}  // namespace
}  // namespace ringdex::telephony

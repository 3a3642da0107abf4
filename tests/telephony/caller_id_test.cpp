#include "telephony/number/caller_id.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace ringdex::telephony {
namespace {

using Kind = CallerId::Kind;

TEST_CASE("The number is found in what phone systems send") {
  struct Row {
    const char* text;
    const char* number;
    const char* extension;
    const char* name;
  };
  constexpr Row kRows[] = {
      {"+13108675309", "+13108675309", "", ""},
      {"  (310) 867-5309  ", "(310) 867-5309", "", ""},
      {" 13108675309", "+13108675309", "", ""},
      {"%2B13108675309", "+13108675309", "", ""},
      {"sip:+13108675309@pbx.example;user=phone", "+13108675309", "", ""},
      {"SIPS:+13108675309@[2001:db8::1]:5061", "+13108675309", "", ""},
      {"sip:+13108675309;npdi;rn=+14085550000@pbx.example;user=phone", "+13108675309", "", ""},
      {"sip:+13108675309;verstat=TN-Validation-Passed@pbx.example", "+13108675309", "", ""},
      {"sip:+13108675309;EXT=45@pbx.example", "+13108675309", "45", ""},
      {"sip:%2b13108675309:secret@pbx.example", "+13108675309", "", ""},
      {"tel:+1-310-867-5309", "+1-310-867-5309", "", ""},
      {"tel:+1(310)8675309;isub=12;ext=45;cpc=ordinary", "+1(310)8675309", "45", ""},
      {"tel:863-1234;phone-context=+1-914-555", "+1-914-555863-1234", "", ""},
      {"tel:+13108675309;phone-context=example.com", "+13108675309", "", ""},
      {"<sip:7042@pbx>", "7042", "", ""},
      {"\"Ann \\\"A\\\" Lee\" <sip:+13108675309@pbx.example>;tag=1", "+13108675309", "", "Ann \"A\" Lee"},
      {"Ann Lee <tel:+13108675309>", "+13108675309", "", "Ann Lee"},
      {"\"Lee, Ann\" <3108675309>", "3108675309", "", "Lee, Ann"},
      {"\"Ann\" 3108675309", "3108675309", "", "Ann"},
      {"+13108675309@pbx.example", "+13108675309", "", ""},
      {"+13108675309;ext=9", "+13108675309", "9", ""},
      {"3108675309#", "3108675309", "", ""},
      {"\xef\xbc\x8b\xef\xbc\x93\xef\xbc\x99 06", "+39 06", "", ""},
      {"1.310.867.5309", "1.310.867.5309", "", ""},
      {"sip:7001", "7001", "", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.text));
    const CallerId caller = read_caller_id(row.text);
    REQUIRE(caller.kind == Kind::number);
    CHECK(caller.number_text == row.number);
    CHECK(caller.extension == row.extension);
    CHECK(caller.display_name == row.name);
  }
}

TEST_CASE("A hidden number is withheld") {
  for (const char* text : {"",
                           "   ",
                           "anonymous",
                           "Anonymous",
                           " RESTRICTED ",
                           "private",
                           "Withheld",
                           "unavailable",
                           "unknown",
                           "No Number",
                           "blocked",
                           "asterisk",
                           "266696687",
                           "7378742833",
                           "86282452253",
                           "8656696",
                           "sip:anonymous@anonymous.invalid",
                           "\"Anonymous\" <sip:anonymous@anonymous.invalid>",
                           "sip:unavailable@unknown.invalid",
                           "sip:c8oqz84@anonymous.invalid",
                           "<sip:anonymous>",
                           "\"Unknown\" <>"}) {
    CAPTURE(std::string(text));
    CHECK(read_caller_id(text).kind == Kind::withheld);
  }
}

TEST_CASE("What cannot be a number is none") {
  for (const char* text :
       {"0000000000", "+000", "0", "sip:sipvicious@1.1.1.1", "sip:192.168.1.10@pbx", "192.168.1.10",
        "sip:pbx.example.com", "tel:7042;phone-context=example.com", "Ann Lee", "sip:ann@example.com", "+", "---",
        "user_3108675309", "\"open <sip:+13108675309@pbx>", "\xff\xfe", "sip:%ff%fe@pbx", "a@3108675309"}) {
    CAPTURE(std::string(text));
    CHECK(read_caller_id(text).kind == Kind::not_a_number);
  }
  CHECK(read_caller_id(std::string(kCallerIdBytesMax + 1, '1')).kind == Kind::not_a_number);
}

TEST_CASE("Any cut of a caller is read without harm") {
  constexpr std::string_view kWhole =
      "\"Ann \\\"A\\\" Lee\" <sip:+1310;ext=4;phone-context=%2b1%@pbx.example;user=phone>;tag=1";
  for (std::size_t begin = 0; begin < kWhole.size(); ++begin) {
    for (std::size_t size = 0; size <= kWhole.size() - begin; ++size) (void)read_caller_id(kWhole.substr(begin, size));
  }
  std::mt19937_64 random(17);
  MESSAGE("seed " << 17);
  constexpr std::string_view kAlphabet = "+01239 <>\"\\;=@:%spitel\xef\xbc\x91\xff";
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (std::size_t at = random() % 30; at > 0; --at) text += kAlphabet[random() % kAlphabet.size()];
    const CallerId caller = read_caller_id(text);
    CHECK((caller.kind == Kind::number) == !caller.number_text.empty());
  }
}

}  // namespace
}  // namespace ringdex::telephony

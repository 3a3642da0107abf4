#include "telephony/text/json_layout.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace ringdex::text {

TEST_CASE("JSON is laid out as another library does it, in the order that it has") {
  using Json = nlohmann::ordered_json;
  for (const char* json : {R"({"b":[1,-2.5,{"c":null}],"a":{"x":"a \" b \\","y":[]},"z":{}})", "[]", "{}", "7", "null",
                           R"("a: {b}, [c]")", R"([[[]],{"a":{}},["é","\\"],true])",
                           " { \"b\" : [ 1 , 2 ] ,\n \"a\" : [ ] , \"c\" : { \"d e\" : \"f  g\" } } "}) {
    CAPTURE(json);
    CHECK(indented(json, 2) == Json::parse(json).dump(2));
    CHECK(indented(json, 1) == Json::parse(json).dump(1));
    CHECK(compact(json) == Json::parse(json).dump());
  }
}

TEST_CASE("the parts of an object and of a list, as they are written") {
  const std::string_view json = " { \"b\" : [ 1 , \"],\" ] ,\"a\\\"\": {\"b\": 2},\n \"c\":-3 } ";
  const auto parts = parts_of(json);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].name == "b");
  CHECK(parts[0].value == "[ 1 , \"],\" ]");
  CHECK(parts[1].name == "a\\\"");
  CHECK(parts[1].value == "{\"b\": 2}");
  CHECK(parts[2].value == "-3");
  CHECK(member_of(json, "c") == "-3");
  CHECK(member_of(json, "d").empty());
  CHECK(member_of(parts[1].value, "b") == "2");
  const auto elements = parts_of(parts[0].value);
  REQUIRE(elements.size() == 2);
  CHECK(elements[0].value == "1");
  CHECK(elements[1].value == "\"],\"");
  for (const char* without : {"", " ", "7", "null", "\"{}\"", "{}", " [ ] "}) CHECK(parts_of(without).empty());
  // What is no JSON is no danger.
  for (const char* broken : {"{", "[", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":[", "[1", "[1,", "]", "}{", "\\\"",
                             "[\"\\", "{\"a\":]", "[}]"}) {
    CAPTURE(broken);
    CHECK(parts_of(broken).size() < 3);
    CHECK(indented(broken, 0).size() < 20);
    CHECK(compact(broken).size() < 9);
  }
}

}  // namespace ringdex::text

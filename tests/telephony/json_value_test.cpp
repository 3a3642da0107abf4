#include "telephony/text/json_value.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace ringdex::text {
namespace {

JsonDocument read(std::string_view text) {
  auto document = JsonDocument::parse(text);
  REQUIRE(document);
  return *document;
}

}  // namespace

TEST_CASE("members and elements are found, and nothing else is taken for one") {
  const auto document = read(R"({"name":"Ada","list":[1,"two",null],"none":null,"inner":{"b":2,"a":1}})");
  CHECK(document["name"].text() == "Ada");
  CHECK(document["name"]["name"].is_absent());
  CHECK(document["missing"].is_absent());
  CHECK_FALSE(document["missing"]);
  CHECK_FALSE(document["none"]);
  CHECK_FALSE(document["none"].is_absent());
  CHECK(document["list"].size() == 3);
  CHECK(document["list"].at(1).text() == "two");
  CHECK(document["list"].at(3).is_absent());
  CHECK(document["list"]["1"].is_absent());
  std::size_t seen = 0;
  for (const JsonView element : document["list"]) seen += element.is_absent() ? 0U : 1U;
  CHECK(seen == 3);
  for (const JsonView element : document["inner"]) FAIL("an object has no elements, but ", element.dump());
  const auto members = document["inner"].members();
  REQUIRE(members.size() == 2);
  CHECK(members[0].first == "a");
  CHECK(members[1].second.integer() == 2);
  CHECK(document["list"].members().empty());
}

TEST_CASE("numbers are read in their ranges, and other types are no numbers") {
  const auto document = read(R"([18446744073709551615, 9223372036854775807, -1, 1.5, 3.0, "7", true, 1e3])");
  const JsonView list = document;
  CHECK(list.at(0).natural() == UINT64_MAX);
  CHECK_FALSE(list.at(0).integer());
  CHECK(list.at(1).integer() == INT64_MAX);
  CHECK(list.at(2).integer() == -1);
  CHECK_FALSE(list.at(2).natural());
  CHECK_FALSE(list.at(3).integer());
  CHECK_FALSE(list.at(4).is_whole_number());
  CHECK(list.at(4).number() == 3.0);
  CHECK_FALSE(list.at(5).integer());
  CHECK_FALSE(list.at(6).integer());
  CHECK_FALSE(list.at(7).is_whole_number());
  CHECK(list.at(0).as_text() == "18446744073709551615");
  CHECK(list.at(2).as_text() == "-1");
  CHECK(list.at(3).as_text().empty());
  CHECK(list.at(5).as_text() == "7");
  CHECK(list.at(6).as_text() == "true");
  CHECK(list.as_text().empty());
  CHECK(list.at(6).boolean() == true);
  CHECK_FALSE(list.at(5).boolean());
}

TEST_CASE("what is no JSON, or too much of it, is refused with the place") {
  CHECK(JsonDocument::parse("").error().kind == JsonError::Kind::syntax);
  CHECK(JsonDocument::parse("{} {}").error().kind == JsonError::Kind::syntax);
  const auto wrong = JsonDocument::parse(R"({"a":x})");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().byte == 6);
  CHECK(JsonDocument::parse("\"\xff\"").error().kind == JsonError::Kind::syntax);
  CHECK(JsonDocument::parse("1e999").error().kind == JsonError::Kind::syntax);

  const std::string open(64, '[');
  const std::string close(64, ']');
  CHECK(JsonDocument::parse(open + close));
  CHECK(JsonDocument::parse("[" + open + close + "]").error().kind == JsonError::Kind::too_large);
  CHECK(JsonDocument::parse(R"("[[[[\"[[[[")", {.depth_max = 2}));
  CHECK(JsonDocument::parse(R"({"a":":::","b":1})", {.members_max = 2}));
  CHECK(JsonDocument::parse(R"({"a":1,"b":{"c":1}})", {.members_max = 2}).error().kind == JsonError::Kind::too_large);
}

TEST_CASE("a copy keeps the document that views point into") {
  JsonView name;
  JsonDocument kept;
  {
    const auto document = read(R"({"name":"a name that is too long for the small string"})");
    name = document["name"];
    kept = document;
  }
  CHECK(name.text() == "a name that is too long for the small string");
  CHECK(kept.root().dump() == R"({"name":"a name that is too long for the small string"})");
  CHECK(JsonDocument().root().is_object());
  CHECK(JsonDocument(nlohmann::json{{"b", 1}, {"a", nullptr}}).root().dump() == R"({"a":null,"b":1})");
}

}  // namespace ringdex::text

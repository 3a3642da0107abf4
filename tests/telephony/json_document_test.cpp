#include <doctest/doctest.h>

#include <array>

#include "telephony/text/json_value.h"

using ringdex::text::JsonDocument;
using ringdex::text::JsonView;

TEST_CASE("merged objects are one, in which the last of a name stands") {
  const auto first = JsonDocument::parse(R"({"a":1,"b":{"x":[1]}})");
  const auto second = JsonDocument::parse(R"({"b":null,"c":"é"})");
  const auto list = JsonDocument::parse("[1]");
  REQUIRE((first && second && list));
  const std::array<JsonView, 4> parts = {*first, *list, JsonView(), *second};
  CHECK(JsonDocument::merged(parts).root().dump() == R"({"a":1,"b":null,"c":"é"})");
  CHECK(JsonDocument::merged({}).root().dump() == "{}");
}

TEST_CASE("a merged document stands on its own") {
  JsonDocument merged;
  {
    const auto part = JsonDocument::parse(R"({"name":"Ann"})");
    REQUIRE(part);
    const JsonView view = *part;
    merged = JsonDocument::merged({&view, 1});
  }
  CHECK(merged["name"].text() == "Ann");
}

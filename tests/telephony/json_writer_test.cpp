#include "telephony/text/json_writer.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace ringdex::text {
namespace {

std::string as_text(std::string_view value) {
  std::string out;
  {
    text::JsonWriter(out).text(value);
  }
  return out;
}

}  // namespace

TEST_CASE("values and their commas") {
  std::string out = "kept ";
  text::JsonWriter json(out);
  json.open('{').member<"a">("x").key<"b">().open('[').number(1).number(-20).null().boolean(true).close(']');
  json.key<"c">().open('{').close('}').member<"d">({"one", "", "two"}).key("e\"").number(UINT64_MAX).close('}');
  CHECK(out == R"(kept {"a":"x","b":[1,-20,null,true],"c":{},"d":"onetwo","e\"":18446744073709551615})");
}

TEST_CASE("any bytes come out as JSON, as another library writes and reads them") {
  constexpr std::uint32_t kSeed = 31;
  MESSAGE("seed ", kSeed);
  std::mt19937 chance(kSeed);
  const std::string_view parts[] = {"a",
                                    "\"",
                                    "\\",
                                    "\x01",
                                    "\x7f",
                                    "\xc3\xa9",
                                    "\xe2\x82\xac",
                                    "\xff",
                                    "\xed\xa0",
                                    "/",
                                    "\xf0\x9f\x98\x80",
                                    "\xc0",
                                    "\n",
                                    "plain text"};
  for (int round = 0; round < 20'000; ++round) {
    std::string value;
    for (std::size_t left = chance() % 8; left > 0; --left) {
      value += chance() % 4 == 0 ? std::string(1, static_cast<char>(chance())) : parts[chance() % std::size(parts)];
    }
    const auto replace = nlohmann::json::error_handler_t::replace;
    const std::string theirs = nlohmann::json(value).dump(-1, ' ', false, replace);
    const std::string ours = as_text(value);
    CAPTURE(value);
    // Escapes may be spelled in two ways; what is read back may not differ.
    REQUIRE(nlohmann::json::parse(ours) == nlohmann::json::parse(theirs));
  }
}

TEST_CASE("numbers with a point are written as other programs' libraries write them") {
  for (const double value : {0.0, -0.0, 0.5, 3600.0, 100'000.0, 1e6, 123'456'789.0, 999'999'999'999'999.0, 1e15, 1e16,
                             1.5e300, 0.001, 1e-4, 0.00012, 9.99e-5, 1e-5, -2.5e-7, 33.333333333333336, 5e-324}) {
    std::string text;
    JsonWriter(text).number(value);
    CHECK(text == nlohmann::json(value).dump());
  }
}

TEST_CASE("a text longer than what was there before") {
  const std::string large(100'000, '\x02');
  CHECK(nlohmann::json::parse(as_text(large)) == large);
}

}  // namespace ringdex::text

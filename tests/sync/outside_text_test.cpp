#include <doctest/doctest.h>

#include <random>

#include "sync/json_fields.h"
#include "telephony/text/base64.h"
#include "telephony/text/printable.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using ringdex::text::JsonDocument;
using ringdex::text::JsonView;

TEST_CASE("base64 by the vectors of RFC 4648") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(text::base64_encode(plain) == text);
    CHECK(text::base64_decode(text) == plain);
  }
}

TEST_CASE("base64 is read strictly") {
  for (const auto* text :
       {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm 9v", "Zm9v====", "Z=g=", "Zm-_"}) {
    CAPTURE(text);
    CHECK_FALSE(text::base64_decode(text).has_value());
  }
}

TEST_CASE("any bytes come back from base64") {
  const std::uint64_t seed = 7;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    CHECK(text::base64_decode(text::base64_encode(bytes)) == bytes);
  }
}

TEST_CASE("shown text is short, clean and whole UTF-8") {
  CHECK(text::printable("plain") == "plain");
  CHECK(text::printable("Zoë 李") == "Zoë 李");
  CHECK(text::printable("a\nb\x7f\x1b") == "a?b??");
  CHECK(text::printable("\xC2\x85") == "?");             // C1
  CHECK(text::printable("\xFF\xC3") == "??");            // no UTF-8
  CHECK(text::printable("\xC0\xAF") == "??");            // overlong
  CHECK(text::printable("\xED\xA0\x80") == "???");       // a surrogate
  CHECK(text::printable("\xF4\x90\x80\x80") == "????");  // beyond Unicode
  CHECK(text::printable(std::string(500, 'x')).size() == text::kPrintableBytesMax);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "李";
  CHECK(text::printable(many).size() == 198);
}

TEST_CASE("JSON is read whole, shallow and without exceptions") {
  const std::size_t depth_max = text::JsonLimits{}.depth_max;
  CHECK(JsonDocument::parse("{\"a\":[1,2]}").has_value());
  for (const auto* text : {"", "{", "{\"a\":}", "[1,]", "{\"a\":1}x", "nul", "\"\xff\"", "1e999"}) {
    CAPTURE(text);
    CHECK_FALSE(JsonDocument::parse(text).has_value());
  }
  CHECK(JsonDocument::parse(std::string(depth_max, '[') + std::string(depth_max, ']')).has_value());
  CHECK_FALSE(JsonDocument::parse(std::string(depth_max + 1, '[') + std::string(depth_max + 1, ']')).has_value());
  CHECK_FALSE(JsonDocument::parse(std::string(1'000'000, '[')).has_value());
  CHECK(JsonDocument::parse("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"").has_value());
}

TEST_CASE("fields of another type count as absent") {
  const auto json = *JsonDocument::parse(R"({"n":null,"s":"x","i":5,"b":true,"a":[],"o":{}})");
  CHECK_FALSE(json["n"]);
  CHECK_FALSE(json["none"]);
  CHECK_FALSE(json["a"]["s"]);
  CHECK(json["s"].text_or_empty() == "x");
  CHECK(json["i"].text_or_empty().empty());
  CHECK(json["b"].boolean() == true);
  CHECK_FALSE(json["s"].boolean().has_value());
  CHECK(json["a"].is_list());
  CHECK_FALSE(json["o"].is_list());
}

TEST_CASE("ids are digits, as a number or as a string") {
  const auto id = [](const char* text) { return digit_id(*JsonDocument::parse(text)); };
  CHECK(id("6596848315901") == "6596848315901");
  CHECK(id("\"6596848315901\"") == "6596848315901");
  CHECK(id("9223372036854775807") == "9223372036854775807");
  for (const auto* text : {"0", "-5", "1.0", "\"0\"", "\"\"", "\"05\"", "\"-5\"", "\"5a\"", "\" 5\"", "true", "[5]",
                           "\"12345678901234567890\"", "18446744073709551615", "1e3"}) {
    CAPTURE(text);
    CHECK_FALSE(id(text).has_value());
  }
  CHECK_FALSE(digit_id(JsonView()).has_value());
}

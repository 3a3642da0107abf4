#include <doctest/doctest.h>

#include <random>

#include "sync/json_fields.h"
#include "telephony/text/base64.h"
#include "telephony/text/printable.h"

using namespace ringdex::sync;

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
  CHECK(read_json("{\"a\":[1,2]}").has_value());
  for (const auto* text : {"", "{", "{\"a\":}", "[1,]", "{\"a\":1}x", "nul", "\"\xff\"", "1e999"}) {
    CAPTURE(text);
    CHECK_FALSE(read_json(text).has_value());
  }
  CHECK(read_json(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')).has_value());
  CHECK_FALSE(read_json(std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']')).has_value());
  CHECK_FALSE(read_json(std::string(1'000'000, '[')).has_value());
  CHECK(read_json("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"").has_value());
}

TEST_CASE("fields of another type count as absent") {
  const auto json = *read_json(R"({"n":null,"s":"x","i":5,"b":true,"a":[],"o":{}})");
  CHECK(member(json, "n") == nullptr);
  CHECK(member(json, "none") == nullptr);
  CHECK(member(json["a"], "s") == nullptr);
  CHECK(text_member(json, "s") == "x");
  CHECK(text_member(json, "i").empty());
  CHECK(bool_member(json, "b") == true);
  CHECK_FALSE(bool_member(json, "s").has_value());
  CHECK(array_member(json, "a") != nullptr);
  CHECK(array_member(json, "o") == nullptr);
}

TEST_CASE("ids are digits, as a number or as a string") {
  const auto id = [](const char* text) {
    const auto json = nlohmann::json::parse(text);
    return digit_id(&json);
  };
  CHECK(id("6596848315901") == "6596848315901");
  CHECK(id("\"6596848315901\"") == "6596848315901");
  CHECK(id("9223372036854775807") == "9223372036854775807");
  for (const auto* text : {"0", "-5", "1.0", "\"0\"", "\"\"", "\"05\"", "\"-5\"", "\"5a\"", "\" 5\"", "true", "[5]",
                           "\"12345678901234567890\"", "18446744073709551615", "1e3"}) {
    CAPTURE(text);
    CHECK_FALSE(id(text).has_value());
  }
  CHECK_FALSE(digit_id(nullptr).has_value());
}

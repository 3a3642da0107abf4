#include "telephony/text/base64.h"

#include <doctest/doctest.h>

#include <random>

namespace ringdex::text {

TEST_CASE("Base64 and hex as RFC 4648 has them") {
  // Section 10.
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, written] : rows) {
    CHECK(base64_encode(bytes) == written);
    CHECK(base64_decode(written) == bytes);
  }
  CHECK(base64_url("\xfb\xff\xfe?") == "-__-Pw");
  CHECK(hex("\x01\xab\xff") == "01abff");
  CHECK(bytes_of_hex("01ABff") == "\x01\xab\xff");
  CHECK(bytes_of_hex("") == "");
}

TEST_CASE("what is no Base64 or no hex is refused") {
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v\n", " Zm9",
                                      "Zm9v====", "Zh==", "Zm9=", "Z=9v", "Zm-_", "Zm9vZg=", "=Zm9"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
  for (const std::string_view text : {"0", "0g", "0x", " 00 ", "00:00"}) {
    CAPTURE(text);
    CHECK_FALSE(bytes_of_hex(text));
  }
  CHECK_FALSE(bytes_of_hex(std::string_view("0\0", 2)));
}

TEST_CASE("any bytes come back") {
  constexpr std::uint32_t kSeed = 32;
  MESSAGE("seed ", kSeed);
  std::mt19937 chance(kSeed);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes;
    for (std::size_t left = chance() % 80; left > 0; --left) bytes += static_cast<char>(chance());
    REQUIRE(base64_decode(base64_encode(bytes)) == bytes);
    REQUIRE(bytes_of_hex(hex(bytes)) == bytes);
  }
}

}  // namespace ringdex::text

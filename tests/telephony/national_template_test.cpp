#include "telephony/number/national_template.h"

#include <doctest/doctest.h>

#include <string>

namespace ringdex::telephony {
namespace {

std::string written(std::string_view pattern, std::string_view format, std::string_view rule, std::string_view digits) {
  const auto form = national_template(pattern, format, rule, digits.size());
  if (!form) return "nothing";
  std::string text;
  fill_template(*form, digits, text);
  return text;
}

TEST_CASE("A number is written in its groups") {
  CHECK(written(R"((\d{3})(\d{3})(\d{4}))", "($1) $2-$3", "", "3105550123") == "(310) 555-0123");
  CHECK(written(R"((\d{2})(\d{4,8}))", "$1 $2", "0$1", "30123456") == "030 123456");
  CHECK(written(R"((\d)(\d{2})(\d{4})(\d{4}))", "$2 15-$3-$4", "0$1", "91123456789") == "011 15-2345-6789");
  CHECK(written(R"((\d)(\d{3}))", "$1-$2", "(8 $1)", "1234") == "(8 1)-234");
}

TEST_CASE("Groups take as many digits as they can, from the left") {
  CHECK(written(R"((\d{2,3})(\d{2,3})(\d{2}))", "$1-$2-$3", "", "123456") == "12-34-56");
  CHECK(written(R"((\d{2,3})(\d{2,3})(\d{2}))", "$1-$2-$3", "", "1234567") == "123-45-67");
  CHECK(written(R"((\d{2,3})(\d{2,3})(\d{2}))", "$1-$2-$3", "", "12345678") == "123-456-78");
  CHECK(written(R"((\d+)(\d))", "$1-$2", "", "12345") == "1234-5");
}

TEST_CASE("Groups of one size may say which digits they take") {
  CHECK(written(R"((1[2-5]|\d{2})(\d{2,3}))", "$1-$2", "", "13456") == "13-456");
  CHECK(written(R"((\d{2,3})(1\d))", "$1-$2", "", "23412") == "nothing");
  CHECK(written(R"((1|\d{2})(\d{2}))", "$1-$2", "", "123") == "nothing");
}

TEST_CASE("What is not understood has no template") {
  CHECK(written(R"((\d{2})(\d{2}))", "$1 $3", "", "1234") == "nothing");
  CHECK(written(R"((\d{2})(\d{2}))", "$1 $", "", "1234") == "nothing");
  CHECK(written(R"((\d{2})(\d{2}))", "$1 $2", "0$2", "1234") == "nothing");
  CHECK(written(R"(((\d)\d)(\d{2}))", "$1 $2", "", "1234") == "nothing");
  CHECK(written(R"((\d{2})(\d{2}))", "$1 $2", "", "12345") == "nothing");
  CHECK(written(R"((\d{2})(\d{2}))", "$1 $2", "", "123") == "nothing");
  CHECK(written("(?!1)2", "$1", "", "2") == "nothing");
}

}  // namespace
}  // namespace ringdex::telephony

#include "config/logging/log.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>
#include <string>

namespace {

struct Counted {
  int& formatted;
};

}  // namespace

template <>
struct fmt::formatter<Counted> : fmt::formatter<int> {
  auto format(const Counted& counted, fmt::format_context& context) const {
    return fmt::formatter<int>::format(++counted.formatted, context);
  }
};

namespace ringdex::log {
namespace {

TEST_CASE("a line has its level and its values, and one that is not shown is not formatted") {
  std::ostringstream out;
  const IntoStream into(out);
  int formatted = 0;
  set_level("info");
  CHECK(shows(Level::info));
  CHECK_FALSE(shows(Level::debug));
  debug("{}", Counted{formatted});
  CHECK(out.str().empty());
  CHECK(formatted == 0);
  info("{} of {}", Counted{formatted}, "many");
  CHECK(out.str().ends_with("[info] 1 of many\n"));
  warn("{{}}");
  CHECK(out.str().ends_with("[warning] {}\n"));
  error("{}", std::string("{} stands as it is"));
  CHECK(out.str().ends_with("[error] {} stands as it is\n"));
  set_level("debug");
  debug("now");
  CHECK(out.str().ends_with("[debug] now\n"));
  set_level("error");
  out.str("");
  warn("quiet");
  CHECK(out.str().empty());
}

}  // namespace
}  // namespace ringdex::log

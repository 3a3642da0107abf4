#pragma once

#include <fmt/core.h>

#include <iosfwd>
#include <memory>
#include <string_view>
#include <utility>

// The one log of the program, written to from any thread. What is behind it is known to log.cpp alone, since it is slow
// to compile. A line whose level is not shown is not formatted.
namespace ringdex::log {

enum class Level { debug, info, warn, error };

// From now on lines of at least `level` go to the standard error with their time in UTC. Called once at most.
void write_to_stderr(std::string_view level);

// By its name in the config; a name that is none shows nothing.
void set_level(std::string_view level);

bool shows(Level level);

void write(Level level, fmt::string_view format, fmt::format_args values);

template <typename... Values>
void error(fmt::format_string<Values...> format, Values&&... values) {
  write(Level::error, format, fmt::make_format_args(values...));
}

template <typename... Values>
void warn(fmt::format_string<Values...> format, Values&&... values) {
  write(Level::warn, format, fmt::make_format_args(values...));
}

template <typename... Values>
void info(fmt::format_string<Values...> format, Values&&... values) {
  write(Level::info, format, fmt::make_format_args(values...));
}

template <typename... Values>
void debug(fmt::format_string<Values...> format, Values&&... values) {
  write(Level::debug, format, fmt::make_format_args(values...));
}

// While it lives, the lines go into a stream instead, so that a test can read them.
class IntoStream {
 public:
  explicit IntoStream(std::ostream& out);
  ~IntoStream();
  IntoStream(const IntoStream&) = delete;
  IntoStream& operator=(const IntoStream&) = delete;

 private:
  std::shared_ptr<void> before_;
};

}  // namespace ringdex::log

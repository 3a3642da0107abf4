#include "config/logging/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <string>

namespace ringdex::log {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
}

spdlog::level::level_enum level_of(std::string_view name) {
  return spdlog::level::from_str(std::string(name));
}

}  // namespace

void write_to_stderr(std::string_view level) {
  auto logger = spdlog::stderr_logger_mt("ringdex");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(level_of(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void set_level(std::string_view level) {
  spdlog::set_level(level_of(level));
}

bool shows(Level level) {
  return spdlog::should_log(level_of(level));
}

void write(Level level, fmt::string_view format, fmt::format_args values) {
  spdlog::logger& logger = *spdlog::default_logger_raw();
  if (!logger.should_log(level_of(level))) return;
  // A line that cannot be written is no reason to leave what is logged about undone.
  try {
    fmt::memory_buffer line;
    fmt::vformat_to(std::back_inserter(line), format, values);
    logger.log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
  } catch (const std::exception& problem) {
    logger.error("a line of the log is lost: {}", problem.what());
  }
}

IntoStream::IntoStream(std::ostream& out) : before_(spdlog::default_logger()) {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("stream", std::make_shared<spdlog::sinks::ostream_sink_mt>(out)));
}

IntoStream::~IntoStream() {
  spdlog::set_default_logger(std::static_pointer_cast<spdlog::logger>(before_));
}

}  // namespace ringdex::log

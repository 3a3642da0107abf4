#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringdex::tests {

// How Asterisk splits a command line into arguments: blanks part them, a quote begins or ends a quoted part, a
// backslash makes the next character plain, inside of quotes and outside. Written from the description of res_agi.c's
// parse_args, not from our writer.
inline std::vector<std::string> agi_arguments(std::string_view line) {
  enum class At { between, bare, quoted };
  std::vector<std::string> arguments;
  At at = At::between;
  const auto begin = [&](At next) {
    if (at == At::between) arguments.emplace_back();
    at = next;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    char character = line[i];
    const bool is_escaped = character == '\\' && i + 1 < line.size();
    if (is_escaped) character = line[++i];
    if (!is_escaped && character == '"') {
      begin(at == At::quoted ? At::bare : At::quoted);
    } else if (!is_escaped && at != At::quoted && (character == ' ' || character == '\t')) {
      at = At::between;
    } else {
      begin(at == At::quoted ? At::quoted : At::bare);
      arguments.back().push_back(character);
    }
  }
  return arguments;
}

}  // namespace ringdex::tests

#pragma once

#include <optional>
#include <string>

namespace ringdex::test_support {

// The text in a gzip body of a recording, unpacked by the HTTP library as a client unpacks an answer.
std::optional<std::string> gunzip(const std::string& bytes);

}  // namespace ringdex::test_support

#pragma once

#include <expected>
#include <string>

namespace ringdex::server {

// Small files that only the owner may read: keys, rotated tokens. Errors say which file and why.

// The whole text; empty if there is no such file.
std::expected<std::string, std::string> read_private_file(const std::string& path);
// Durable and whole when it returns: a crash leaves the old text or the new.
std::expected<void, std::string> write_private_file(const std::string& path, const std::string& text);

}  // namespace ringdex::server

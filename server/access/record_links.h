#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "index/records/record.h"

namespace ringdex::server {

// Addresses under which a phone fetches one person's card for a while without a key of its own: what a SIP Call-Info
// header points to (RFC 9796). Each is signed, HMAC-SHA256 with a secret of this server. Any thread may call.
class RecordLinks {
 public:
  static constexpr std::chrono::hours kLifetime{1};

  // The secret is kept in that file, and made if there is none.
  static std::expected<RecordLinks, std::string> open(const std::string& path);

  // "/jcard/default/zendesk-eu:contact:35436?expires=1763802000&signature=9f..."
  std::string path_to(std::string_view account, const index::RecordId& id, index::TimePoint now) const;
  // Whether this server made it, and not too long ago. Compares in constant time.
  bool allows(std::string_view account, std::string_view id, std::string_view expires, std::string_view signature,
              index::TimePoint now) const;

 private:
  explicit RecordLinks(std::string secret) : secret_(std::move(secret)) {}
  std::string signature_of(std::string_view account, std::string_view id, std::string_view expires) const;

  std::string secret_;
};

}  // namespace ringdex::server

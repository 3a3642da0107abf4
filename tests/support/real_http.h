#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "sync/http/crm_api.h"
#include "sync/http/http_client.h"

namespace ringdex::test_support {

inline constexpr std::size_t kRealBodyBytesMax = 64U << 20U;

// The client that ringdex itself uses, with limits that suit a fake on the same machine.
inline std::unique_ptr<sync::HttpClient> real_client(const std::string& base_url) {
  return sync::make_http_client(
      {base_url, std::chrono::seconds(2), std::chrono::seconds(2), std::chrono::seconds(5), kRealBodyBytesMax, ""});
}

inline std::shared_ptr<sync::MovingHttpClient> real_http(const std::string& base_url) {
  return std::make_shared<sync::MovingHttpClient>(real_client, base_url);
}

}  // namespace ringdex::test_support

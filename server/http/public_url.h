#pragma once

#include <string>

#include "server/http/http_message.h"

namespace ringdex::server {

// How a client reaches this server, for links that it is given: the configured address, else as the client named it.
class PublicUrl {
 public:
  // `configured` has no slash at its end; empty: none.
  PublicUrl(std::string configured, bool has_tls) : configured_(std::move(configured)), has_tls_(has_tls) {}

  bool is_configured() const { return !configured_.empty(); }
  const std::string& configured() const { return configured_; }
  // "https://ringdex.acme.example:8480"
  std::string for_client(const HttpRequest& request) const;
  // As this client named it, for what it is to ask next: a trusted network is trusted under that name.
  std::string as_named(const HttpRequest& request) const;

 private:
  const std::string configured_;
  const bool has_tls_;
};

}  // namespace ringdex::server

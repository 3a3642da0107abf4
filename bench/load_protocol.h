#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "telephony/phone_number.h"

namespace ringdex::bench {

struct Reply {
  enum class State { incomplete, good, bad };
  State state = State::incomplete;
  std::size_t bytes = 0;       // of the whole reply, when it is good
  std::size_t body_bytes = 0;  // of what the asker wanted
  bool found = false;          // somebody has the number
  bool operator==(const Reply&) const = default;
};

// How a number is asked for over one connection, one request at a time. Const; no function but greeting() allocates.
class LoadProtocol {
 public:
  virtual ~LoadProtocol() = default;

  // What is sent once a connection stands; empty if nothing is, and then no reply is awaited.
  virtual std::string greeting() const { return {}; }
  virtual Reply read_greeting(std::string_view /*bytes*/) const { return {.state = Reply::State::good}; }

  // Returns how many bytes were written; `out` has room for kRequestBytesMax.
  virtual std::size_t write_request(telephony::PhoneNumber number, std::span<char> out) const = 0;
  // `bytes` is all that came since the last reply.
  virtual Reply read_reply(std::string_view bytes) const = 0;
};

inline constexpr std::size_t kRequestBytesMax = 1'024;

// An answer over HTTP/1.1. Good is status 200 with a Content-Length; found is a body without "match":"none".
Reply read_http_reply(std::string_view bytes);

// GET over HTTP/1.1 with keep-alive. `path` holds {number}, which becomes the percent-encoded E.164 text.
std::unique_ptr<LoadProtocol> make_http_protocol(std::string_view host, std::string_view path);
// GET of the E.164 text from Redis.
std::unique_ptr<LoadProtocol> make_redis_protocol();
// A prepared statement with the E.164 text as its one parameter, over PostgreSQL's protocol 3 without a password.
std::unique_ptr<LoadProtocol> make_postgres_protocol(std::string_view user, std::string_view database,
                                                     std::string_view statement);

}  // namespace ringdex::bench

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "telephony/number/phone_number.h"

namespace ringdex::bench {

struct Reply {
  enum class State { incomplete, good, bad };
  State state = State::incomplete;
  std::size_t bytes = 0;       // of the whole reply, when it is good
  std::size_t body_bytes = 0;  // of what the asker wanted
  bool found = false;          // somebody has the number
  bool operator==(const Reply&) const = default;
};

// How a number is asked for over one connection, one request at a time, or with a connection for each. Const; no
// function but greeting() allocates.
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

  // Whether each request has a connection of its own, whose end by the server is the end of the reply.
  virtual bool connects_each_time() const { return false; }
  // What the server waits for before it goes on with its reply, of which `bytes` just came. With connects_each_time().
  virtual std::string_view say_back(std::string_view /*bytes*/) const { return {}; }
};

inline constexpr std::size_t kRequestBytesMax = 1'024;

// An answer over HTTP/1.1. Good is status 200 with a Content-Length; found is a body without "match":"none".
Reply read_http_reply(std::string_view bytes);

// GET over HTTP/1.1. `path` holds {number}, which becomes the percent-encoded E.164 text.
std::unique_ptr<LoadProtocol> make_http_protocol(std::string_view host, std::string_view path,
                                                 bool connects_each_time = false);
// GET of the E.164 text from Redis.
std::unique_ptr<LoadProtocol> make_redis_protocol();
// A prepared statement with the E.164 text as its one parameter, over PostgreSQL's protocol 3 without a password.
std::unique_ptr<LoadProtocol> make_postgres_protocol(std::string_view user, std::string_view database,
                                                     std::string_view statement);

// One call of Asterisk's over FastAGI: the block about the caller, and success for each command that comes. Found is a
// caller who gets a name.
std::unique_ptr<LoadProtocol> make_fastagi_protocol(std::string_view host);
// An LDAP search below `base`, after an anonymous bind: cn and telephoneNumber of one entry with the number, in E.164.
// Good are success and sizeLimitExceeded (RFC 4511, 4.1.9).
std::unique_ptr<LoadProtocol> make_ldap_protocol(std::string_view base);

}  // namespace ringdex::bench

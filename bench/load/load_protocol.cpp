#include "bench/load/load_protocol.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include "bench/load/request_writer.h"

namespace ringdex::bench {
namespace {

using telephony::PhoneNumber;

std::optional<std::size_t> size_from(std::string_view text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return size;
}

std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at, head.find("\r\n", at) - at);
    const auto equal = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    if (line.size() <= kName.size() || !std::ranges::equal(line.substr(0, kName.size()), kName, equal)) continue;
    const std::size_t digit = line.find_first_not_of(' ', kName.size());
    return digit == std::string_view::npos ? std::nullopt : size_from(line.substr(digit));
  }
  return std::nullopt;
}

class HttpProtocol final : public LoadProtocol {
 public:
  HttpProtocol(std::string_view host, std::string_view path, bool connects_each_time)
      : connects_each_time_(connects_each_time) {
    constexpr std::string_view kNumber = "{number}";
    const std::size_t at = path.find(kNumber);
    if (at == std::string_view::npos) throw std::runtime_error("the path has no {number}");
    front_ = fmt::format("GET {}%2B", path.substr(0, at));
    back_ = fmt::format("{} HTTP/1.1\r\nHost: {}\r\n{}\r\n", path.substr(at + kNumber.size()), host,
                        connects_each_time ? "Connection: close\r\n" : "");
    if (front_.size() + PhoneNumber::kDigitsMax + back_.size() > kRequestBytesMax)
      throw std::runtime_error("the path is too long");
  }

  std::size_t write_request(PhoneNumber number, std::span<char> out) const override {
    RequestWriter writer(out);
    writer.text(front_);
    writer.digits(number.packed());
    writer.text(back_);
    return writer.size();
  }

  Reply read_reply(std::string_view bytes) const override { return read_http_reply(bytes); }
  bool connects_each_time() const override { return connects_each_time_; }

 private:
  bool connects_each_time_;
  std::string front_, back_;
};

class RedisProtocol final : public LoadProtocol {
 public:
  std::size_t write_request(PhoneNumber number, std::span<char> out) const override {
    RequestWriter writer(out);
    writer.text("*2\r\n$3\r\nGET\r\n$");
    writer.digits(1 + digits_in(number.packed()));
    writer.text("\r\n+");
    writer.digits(number.packed());
    writer.text("\r\n");
    return writer.size();
  }

  Reply read_reply(std::string_view bytes) const override {
    constexpr std::string_view kNull = "$-1\r\n";
    const std::size_t line = bytes.find("\r\n");
    if (line == std::string_view::npos) return kIncomplete;
    if (bytes.starts_with(kNull)) return {.state = Reply::State::good, .bytes = kNull.size()};
    const auto length = bytes.starts_with('$') ? size_from(bytes.substr(1, line - 1)) : std::nullopt;
    if (!length || *length > kReplyBytesMax) return kBad;
    const std::size_t whole = line + 2 + *length + 2;
    if (bytes.size() < whole) return kIncomplete;
    return {.state = Reply::State::good, .bytes = whole, .body_bytes = *length, .found = true};
  }
};

// Big-endian, as PostgreSQL writes numbers.
void append_number(std::string& text, std::uint32_t value, unsigned bytes) {
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes) & 0xff);
}

std::string postgres_message(char type, std::string_view content) {
  std::string message(type == 0 ? 0 : 1, type);
  append_number(message, static_cast<std::uint32_t>(content.size() + 4), 4);
  return message.append(content);
}

class PostgresProtocol final : public LoadProtocol {
 public:
  PostgresProtocol(std::string_view user, std::string_view database, std::string_view statement) {
    using namespace std::string_literals;
    std::string start;
    append_number(start, 3 << 16, 4);  // protocol 3.0
    start.append("user\0"s).append(user).append("\0database\0"s).append(database).append(2, '\0');
    greeting_ = postgres_message(0, start) + postgres_message('P', "asked\0"s.append(statement).append("\0\0\0"s)) +
                postgres_message('S', "");
    execute_ = postgres_message('E', std::string(5, '\0')) + postgres_message('S', "");
  }

  std::string greeting() const override { return greeting_; }

  // The server is ready once after the start and once after the statement was prepared.
  Reply read_greeting(std::string_view bytes) const override { return read_until_ready(bytes, 2); }
  Reply read_reply(std::string_view bytes) const override { return read_until_ready(bytes, 1); }

  // Bind with text in and out, Execute, Sync.
  std::size_t write_request(PhoneNumber number, std::span<char> out) const override {
    constexpr std::string_view kStatement{"\0asked\0\0\0\0\1\0\0\0", 14};
    constexpr std::string_view kResult{"\0\0", 2};
    const std::size_t value = 1 + digits_in(number.packed());
    const std::size_t length = 4 + kStatement.size() + 1 + value + kResult.size();
    RequestWriter writer(out);
    const std::array<char, 5> head{'B', 0, 0, 0, static_cast<char>(length)};
    writer.text({head.data(), head.size()});
    writer.text(kStatement);
    const char value_size = static_cast<char>(value);
    writer.text({&value_size, 1});
    writer.text("+");
    writer.digits(number.packed());
    writer.text(kResult);
    writer.text(execute_);
    return writer.size();
  }

 private:
  static Reply read_until_ready(std::string_view bytes, unsigned times) {
    constexpr std::size_t kHead = 5;
    Reply reply{.state = Reply::State::good};
    while (true) {
      const std::string_view rest = bytes.substr(reply.bytes);
      if (rest.size() < kHead) return kIncomplete;
      std::size_t length = 0;
      for (const char byte : rest.substr(1, 4)) length = length << 8 | static_cast<unsigned char>(byte);
      if (length < 4 || length > kReplyBytesMax || rest[0] == 'E') return kBad;
      if (rest.size() < length + 1) return kIncomplete;
      reply.bytes += length + 1;
      if (rest[0] == 'D') {
        reply.found = true;
        reply.body_bytes += length;
      }
      if (rest[0] == 'Z' && --times == 0) return reply;
    }
  }

  std::string greeting_, execute_;
};

}  // namespace

Reply read_http_reply(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return bytes.size() < kReplyBytesMax ? kIncomplete : kBad;
  if (!bytes.starts_with("HTTP/1.1 200 ")) return kBad;
  const auto length = content_length(bytes.substr(0, head));
  if (!length || *length > kReplyBytesMax) return kBad;
  const std::size_t begin = head + 4;
  if (bytes.size() < begin + *length) return kIncomplete;
  const std::string_view body = bytes.substr(begin, *length);
  return {.state = Reply::State::good,
          .bytes = begin + *length,
          .body_bytes = *length,
          .found = body.find(R"("match":"none")") == std::string_view::npos};
}

std::unique_ptr<LoadProtocol> make_http_protocol(std::string_view host, std::string_view path,
                                                 bool connects_each_time) {
  return std::make_unique<HttpProtocol>(host, path, connects_each_time);
}
std::unique_ptr<LoadProtocol> make_redis_protocol() {
  return std::make_unique<RedisProtocol>();
}
std::unique_ptr<LoadProtocol> make_postgres_protocol(std::string_view user, std::string_view database,
                                                     std::string_view statement) {
  return std::make_unique<PostgresProtocol>(user, database, statement);
}

}  // namespace ringdex::bench

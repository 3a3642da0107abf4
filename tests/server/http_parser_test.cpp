#include "server/http/http_parser.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <utility>

namespace ringdex::server {
namespace {

using State = HttpParser::State;

constexpr HttpLimits kLimits{.header_bytes_max = 2'000, .body_bytes_max = 5'000};

struct Read {
  State state = State::need_more;
  HttpRequest request;
  std::size_t used = 0;       // of all bytes
  std::size_t most_kept = 0;  // bytes that a connection had to keep for the next call
};

// As a connection reads: pieces of the sizes that `next_piece` gives, what is left over in front of the next.
Read read(std::string_view bytes, const std::function<std::size_t()>& next_piece) {
  Read result;
  HttpParser parser(result.request, kLimits);
  std::string buffer;
  std::size_t from = 0;
  while (result.state == State::need_more && from < bytes.size()) {
    const std::string_view piece = bytes.substr(from, next_piece());
    from += piece.size();
    buffer += piece;
    std::size_t used = 0;
    result.state = parser.read(buffer, used);
    buffer.erase(0, used);
    result.used = from - buffer.size();
    result.most_kept = std::max(result.most_kept, buffer.size());
  }
  return result;
}

Read read_whole(std::string_view bytes) {
  return read(bytes, [&] { return bytes.size(); });
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += text;
  return all;
}

}  // namespace

TEST_CASE("a request reads the same however it is cut into pieces") {
  const std::string bytes =
      "POST /v1/lookup?x=1 HTTP/1.1\r\nHost: a\r\nX-Key:  v \r\nTransfer-Encoding: chunked\r\n\r\n"
      "4;note=1\r\nab\r\n\r\n3\r\ncde\r\n0\r\nX-Trailer: t\r\nHost: evil\r\n\r\n";
  constexpr std::uint32_t kSeed = 5;
  MESSAGE("seed ", kSeed);
  std::mt19937 chance(kSeed);
  for (std::size_t piece = 1; piece <= bytes.size() + 20; ++piece) {
    const bool random = piece > bytes.size();
    const Read got = read(bytes, [&] { return random ? chance() % 9 + 1 : piece; });
    CAPTURE(piece);
    REQUIRE(got.state == State::done);
    CHECK(got.used == bytes.size());
    CHECK(got.request.method == "POST");
    CHECK(got.request.target == "/v1/lookup?x=1");
    CHECK(got.request.body == "ab\r\ncde");
    CHECK(*got.request.header("x-key") == "v");
    // A trailer does not pass for a header.
    CHECK(*got.request.header("host") == "a");
    CHECK(got.request.header("x-trailer") == nullptr);
  }
}

TEST_CASE("what stands behind a request is left for the next") {
  const Read got = read_whole("GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  CHECK(got.state == State::done);
  CHECK(got.used == std::string_view("GET / HTTP/1.1\r\n\r\n").size());
}

TEST_CASE("limits hold however a sender goes about it, and little is kept") {
  const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  struct Row {
    const char* what;
    std::string bytes;
    State state;
  };
  const Row rows[] = {
      {"a long header", "GET / HTTP/1.1\r\nA: " + std::string(100'000, 'a'), State::header_too_large},
      {"many headers", "GET / HTTP/1.1\r\n" + repeated("a:\r\n", 100'000), State::header_too_large},
      {"a long target", "GET /" + std::string(100'000, 'a'), State::header_too_large},
      {"a long chunk header", chunked + "1;" + std::string(100'000, 'a'), State::header_too_large},
      {"many trailers", chunked + "0\r\n" + repeated("a: b\r\n", 100'000), State::header_too_large},
      {"a long trailer", chunked + "0\r\na: " + std::string(100'000, 'a'), State::header_too_large},
      {"a large body", "POST / HTTP/1.1\r\nContent-Length: 5001\r\n\r\n", State::body_too_large},
      {"a large chunked body", chunked + "1389\r\n" + std::string(5'001, 'a'), State::body_too_large},
      {"chunks of one byte", chunked + repeated("1\r\na\r\n", 5'000) + "0\r\n\r\n", State::done},
      {"a body at the limit", "POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + std::string(5'000, 'a'), State::done},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{6}, std::size_t{4'096}}) {
      CAPTURE(piece);
      const Read got = read(row.bytes, [&] { return piece; });
      CHECK(got.state == row.state);
      CHECK(got.most_kept <= kLimits.header_bytes_max + piece);
      CHECK(got.request.headers.size() <= kLimits.header_bytes_max);
    }
  }
}

TEST_CASE("where a message ends is never in doubt") {
  for (const char* headers :
       {"Transfer-Encoding: identity", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity\r\nContent-Length: 3", "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Content-Length: 3\r\nContent-Length: 4", "Content-Length: -1", "Content-Length: 3x"}) {
    CAPTURE(headers);
    CHECK(read_whole("POST / HTTP/1.1\r\n" + std::string(headers) + "\r\n\r\n0\r\n\r\n").state == State::malformed);
  }
  CHECK(read_whole("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").state == State::malformed);
  CHECK(read_whole("rubbish\r\n\r\n").state == State::malformed);
}

TEST_CASE("a connection gives back the memory that a strange request took") {
  HttpRequest request;
  request.target = "/?" + repeated("&a", 8'000);
  read_target(request);
  CHECK(request.memory() > 64 * 1024);
  HttpRequest fresh;
  std::swap(request, fresh);
  CHECK(request.memory() < 1'024);
}

}  // namespace ringdex::server

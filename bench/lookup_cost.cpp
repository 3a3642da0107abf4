// What one lookup takes that does not depend on the machine's noise: how often it allocates, which is counted here, and
// instructions, which callgrind counts in measured_lookups() (bench/instructions). From the bytes of the request to the
// bytes of the answer's body, without a socket. A line for each kind: its name and allocations for each lookup.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "bench/lookup_scene.h"
#include "server/http/http_parser.h"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace ringdex::bench {
namespace {

constexpr std::uint64_t kRecords = 2'000;
constexpr std::size_t kLookups = 1'000;

// What a connection keeps from one request to the next.
struct Connection {
  server::HttpRequest request;
  server::HttpResponse response;
};

void answer(const server::HttpRouter& router, Connection& connection, const std::string& bytes) {
  connection.request.clear();
  connection.response.clear();
  connection.request.from_loopback = true;
  server::HttpParser parser(connection.request, {16 << 10, 1 << 20});
  std::size_t used = 0;
  const bool read = parser.read(bytes, used) == server::HttpParser::State::done;
  read_target(connection.request);
  const server::HttpRoute* route = read ? router.decide(connection.request, connection.response) : nullptr;
  if (route != nullptr) router.run(*route, connection.request, connection.response);
}

std::vector<std::string> requests(Ask ask) {
  std::vector<std::string> all;
  for (const std::string& number : numbers(ask, kRecords)) {
    std::string escaped;
    for (const char c : number) {
      escaped += c == '+' ? "%2B" : (c == ' ' ? "%20" : std::string(1, c));
    }
    all.push_back("GET /v1/lookup?number=" + escaped + " HTTP/1.1\r\nHost: 127.0.0.1:8480\r\n\r\n");
    if (all.size() == kLookups) break;
  }
  return all;
}

}  // namespace
}  // namespace ringdex::bench

// By name what callgrind looks at.
extern "C" [[gnu::noinline]] void measured_lookups(const ringdex::server::HttpRouter& router,
                                                   ringdex::bench::Connection& connection,
                                                   const std::vector<std::string>& requests) {
  for (const std::string& request : requests) ringdex::bench::answer(router, connection, request);
}

int main() {
  using ringdex::bench::Ask;
  constexpr std::array kKinds = {std::pair{"hit", Ask::hit}, std::pair{"miss", Ask::miss},
                                 std::pair{"shared", Ask::shared}, std::pair{"national", Ask::national}};
  ringdex::bench::LookupScene scene(ringdex::bench::kRecords);
  ringdex::bench::Connection connection;
  for (const auto& [name, ask] : kKinds) {
    const auto requests = ringdex::bench::requests(ask);
    // Memory that is kept, and numbering plans that are compiled on first use.
    for (const std::string& request : requests) ringdex::bench::answer(scene.router, connection, request);
    const std::string total = "\"total\":" + std::to_string(ringdex::bench::expected(ask)) + ",";
    if (connection.response.body.find(total) == std::string::npos) {
      std::fprintf(stderr, "%s: an unexpected answer: %s\n", name, connection.response.body.c_str());
      return 1;
    }
    const std::size_t before = allocations;
    measured_lookups(scene.router, connection, requests);
    std::printf("%s %.2f\n", name, static_cast<double>(allocations - before) / static_cast<double>(requests.size()));
  }
}

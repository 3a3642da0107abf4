#include "sync/http/http_client.h"

#include <doctest/doctest.h>

#include <charconv>
#include <cstdlib>
#include <future>
#include <mutex>

#include "tests/support/fakes/fake_zendesk.h"
#include "tests/support/raw_server.h"
#include "tests/support/test_certificate.h"

using namespace ringdex::sync;
using ringdex::test_support::FakeFault;
using ringdex::test_support::FakeZendesk;
using ringdex::test_support::FakeZendeskOptions;
using ringdex::test_support::RawServer;
using ringdex::test_support::TestCertificate;
using Kind = HttpFailure::Kind;
using std::chrono::milliseconds;

namespace {

HttpClientOptions options_for(const std::string& url, const std::string& ca_file = "") {
  return {url, milliseconds(2000), milliseconds(2000), milliseconds(5000), 1U << 20U, ca_file};
}

std::string url_of(const RawServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

HttpRequest get(const std::string& target) {
  HttpRequest request;
  request.target = target;
  return request;
}

Kind failure_of(HttpClient& client, const std::string& target = "/x") {
  const auto response = client.send(get(target));
  REQUIRE_FALSE(response);
  CHECK_FALSE(response.error().message.empty());
  return response.error().kind;
}

// A server that gives each connection the same bytes and then ends it.
RawServer::Talk says(std::string bytes) {
  return [bytes = std::move(bytes)](int socket, const std::string&) { RawServer::send_all(socket, bytes); };
}

// Sets variables of the environment for one test.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {
    for (const auto& [name, value] : values_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : values_) ::unsetenv(name.c_str());
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace

TEST_CASE("requests arrive as they were given, answers come with lower-case names") {
  std::mutex mutex;
  std::string seen;
  RawServer server([&](int socket, const std::string& request) {
    {
      const std::scoped_lock lock(mutex);
      seen = request;
    }
    RawServer::send_all(socket, "HTTP/1.1 418 Teapot\r\nX-Rate-LIMIT: 700\r\nContent-Length: 5\r\n\r\nhello");
  });
  auto client = make_http_client(options_for(url_of(server)));
  auto request = get("/a%20b?page%5Bsize%5D=100&c=%2B");
  request.headers = {{"Authorization", "Bearer t"}};
  const auto response = client->send(request);
  REQUIRE(response);
  CHECK(response->status == 418);
  CHECK(response->headers.at("x-rate-limit") == "700");
  CHECK(response->body == "hello");
  const std::scoped_lock lock(mutex);
  CHECK(seen.starts_with("GET /a%20b?page%5Bsize%5D=100&c=%2B HTTP/1.1\r\n"));
  CHECK(seen.find("Authorization: Bearer t\r\n") != std::string::npos);
  CHECK(seen.find("Accept-Encoding: identity\r\n") != std::string::npos);
}

TEST_CASE("a body is posted with its type") {
  FakeZendeskOptions options;
  options.refresh_token = "first";
  FakeZendesk zendesk(options);
  auto client = make_http_client(options_for(zendesk.base_url()));
  HttpRequest request;
  request.method = "POST";
  request.target = "/oauth/tokens";
  request.content_type = "application/json";
  request.body =
      R"({"grant_type":"refresh_token","refresh_token":"first","client_id":"a-client","client_secret":"a-client-secret"})";
  const auto response = client->send(request);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body.find("access-1") != std::string::npos);
}

TEST_CASE("redirects are not followed") {
  RawServer server(says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/evil\r\nContent-Length: 0\r\n\r\n"));
  auto client = make_http_client(options_for(url_of(server)));
  const auto response = client->send(get("/x"));
  REQUIRE(response);
  CHECK(response->status == 302);
}

TEST_CASE("nobody there, no address, nonsense") {
  std::string url;
  {
    const RawServer gone(says(""));
    url = url_of(gone);
  }
  CHECK(failure_of(*make_http_client(options_for(url))) == Kind::connect);
  CHECK(failure_of(*make_http_client(options_for("ftp://127.0.0.1"))) == Kind::connect);
  CHECK(failure_of(*make_http_client(options_for(""))) == Kind::connect);
  CHECK(failure_of(*make_http_client(options_for("http://no-such-host.invalid"))) == Kind::connect);
  for (const std::string bytes : {"", "HTTP", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"}) {
    CAPTURE(bytes);
    const RawServer server(says(bytes));
    CHECK(failure_of(*make_http_client(options_for(url_of(server)))) == Kind::broken);
  }
}

TEST_CASE("an answer over the limit is cut off, however it comes") {
  const std::string many(200'000, 'x');
  for (const std::string head :
       {"Content-Length: 200000\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n30d40\r\n"}) {
    CAPTURE(head);
    const RawServer server(says("HTTP/1.1 200 OK\r\n" + head + many));
    auto options = options_for(url_of(server));
    options.body_bytes_max = 100'000;
    CHECK(failure_of(*make_http_client(options)) == Kind::too_large);
  }
  const RawServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + many));
  auto options = options_for(url_of(server));
  options.body_bytes_max = 200'000;
  auto client = make_http_client(options);
  const auto response = client->send(get("/x"));
  REQUIRE(response);
  CHECK(response->body.size() == 200'000);
  const RawServer absurd(says("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx"));
  CHECK(failure_of(*make_http_client(options_for(url_of(absurd)))) == Kind::too_large);
}

TEST_CASE("a peer that says nothing, and one that says it too slowly") {
  const auto silent = [](int socket, const std::string&) { RawServer::closed_within(socket, 5000); };
  const RawServer server(silent);
  auto options = options_for(url_of(server));
  options.read_timeout = milliseconds(30);
  CHECK(failure_of(*make_http_client(options)) == Kind::timeout);

  // One byte every few milliseconds never meets the timeout between two reads: in the body, and in the head.
  for (const std::string head : {"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "HTTP/1.1 200 OK\r\nX: "}) {
    CAPTURE(head);
    const RawServer slow([&](int socket, const std::string&) {
      bool open = RawServer::send_all(socket, head);
      while (open && !RawServer::closed_within(socket, 3)) open = RawServer::send_all(socket, "x");
    });
    options = options_for(url_of(slow));
    options.total_timeout = milliseconds(60);
    const auto started_at = std::chrono::steady_clock::now();
    CHECK(failure_of(*make_http_client(options)) == Kind::timeout);
    CHECK(std::chrono::steady_clock::now() - started_at < milliseconds(1500));
  }
}

TEST_CASE("a client goes on after each kind of failure") {
  FakeZendesk zendesk;
  auto options = options_for(zendesk.base_url());
  options.total_timeout = milliseconds(60);
  auto client = make_http_client(options);
  for (int i = 0; i < 3; ++i) {
    zendesk.add_fault({"", 1, FakeFault::Kind::stall, 200, "", {}});
    CHECK(failure_of(*client) == Kind::timeout);
    zendesk.release_stalls();
    zendesk.add_fault({"", 1, FakeFault::Kind::close, 200, "", {}});
    CHECK(failure_of(*client) == Kind::broken);
    const auto response = client->send(get("/api/v2/users/1.json"));
    REQUIRE(response);
    CHECK(response->status == 401);
  }
}

TEST_CASE("a request in flight can be cancelled from another thread") {
  std::promise<void> arrived;
  const RawServer server([&](int socket, const std::string&) {
    arrived.set_value();
    RawServer::closed_within(socket, 5000);
  });
  auto client = make_http_client(options_for(url_of(server)));
  client->cancel();  // nothing in flight: nothing happens
  auto result = std::async(std::launch::async, [&] { return client->send(get("/x")); });
  arrived.get_future().wait();
  const auto cancelled_at = std::chrono::steady_clock::now();
  client->cancel();
  const auto response = result.get();
  REQUIRE_FALSE(response);
  CHECK(response.error().kind == Kind::broken);
  CHECK(std::chrono::steady_clock::now() - cancelled_at < milliseconds(1500));
}

TEST_CASE("the server's certificate must be trusted and be of its name") {
  const TestCertificate right("localhost");
  const TestCertificate other("acme.example");
  FakeZendeskOptions options;
  options.certificate_file = right.certificate_file();
  options.key_file = right.key_file();
  FakeZendesk zendesk(options);
  const auto url = zendesk.base_url();
  CHECK(url.starts_with("https://localhost:"));
  const auto trusted = make_http_client(options_for(url, right.certificate_file()));
  for (int i = 0; i < 3; ++i) {
    const auto response = trusted->send(get("/x"));
    REQUIRE(response);
    CHECK(response->status == 401);
  }
  CHECK(failure_of(*make_http_client(options_for(url))) == Kind::tls);                            // by the system's
  CHECK(failure_of(*make_http_client(options_for(url, other.certificate_file()))) == Kind::tls);  // by another's
  CHECK(failure_of(*make_http_client(options_for(url, "/no/such/file"))) == Kind::tls);
  const std::string by_address = "https://127.0.0.1" + url.substr(url.rfind(':'));
  CHECK(failure_of(*make_http_client(options_for(by_address, right.certificate_file()))) == Kind::tls);

  FakeZendeskOptions wrong;
  wrong.certificate_file = other.certificate_file();
  wrong.key_file = other.key_file();
  FakeZendesk impostor(wrong);
  CHECK(failure_of(*make_http_client(options_for(impostor.base_url(), other.certificate_file()))) == Kind::tls);

  const RawServer plain(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  CHECK(failure_of(*make_http_client(
            options_for("https://localhost:" + std::to_string(plain.port()), right.certificate_file()))) == Kind::tls);
}

TEST_CASE("a proxy is asked for what is not exempt") {
  std::mutex mutex;
  std::string seen;
  const RawServer proxy([&](int socket, const std::string& request) {
    {
      const std::scoped_lock lock(mutex);
      seen = request;
    }
    RawServer::send_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const Environment environment(
      {{"HTTP_PROXY", "http://user:pass@127.0.0.1:" + std::to_string(proxy.port())}, {"NO_PROXY", "exempt.invalid"}});
  const auto response = make_http_client(options_for("http://crm.invalid"))->send(get("/x?y=1"));
  REQUIRE(response);
  CHECK(response->body == "ok");
  {
    const std::scoped_lock lock(mutex);
    CHECK(seen.starts_with("GET http://crm.invalid"));
    CHECK(seen.find("/x?y=1 HTTP/1.1\r\n") != std::string::npos);
    CHECK(seen.find("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") != std::string::npos);
  }
  CHECK(failure_of(*make_http_client(options_for("http://exempt.invalid"))) == Kind::connect);
}

TEST_CASE("TLS goes through a proxy's tunnel and is checked end to end") {
  const TestCertificate certificate("crm.invalid");
  FakeZendeskOptions options;
  options.certificate_file = certificate.certificate_file();
  options.key_file = certificate.key_file();
  FakeZendesk zendesk(options);
  const auto url = zendesk.base_url();
  std::uint16_t port = 0;
  std::from_chars(url.data() + url.rfind(':') + 1, url.data() + url.size(), port);
  const RawServer proxy([&](int socket, const std::string& request) {
    if (!request.starts_with("CONNECT crm.invalid:443 HTTP/1.1\r\n")) return;
    if (RawServer::send_all(socket, "HTTP/1.1 200 Connection established\r\n\r\n")) RawServer::relay(socket, port);
  });
  const Environment environment({{"https_proxy", "http://127.0.0.1:" + std::to_string(proxy.port())}});
  {
    auto client = make_http_client(options_for("https://crm.invalid", certificate.certificate_file()));
    for (int i = 0; i < 2; ++i) {
      const auto response = client->send(get("/x"));
      REQUIRE(response);
      CHECK(response->status == 401);
    }
  }
  CHECK(failure_of(*make_http_client(options_for("https://crm.invalid"))) == Kind::tls);
}

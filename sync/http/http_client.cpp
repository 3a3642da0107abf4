#include "sync/http/http_client.h"

#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "sync/http/proxy_settings.h"

namespace ringdex::sync {
namespace {

using std::chrono::steady_clock;
using Kind = HttpFailure::Kind;

// Ends a request that takes longer than it may, whatever the connection is waiting for: a peer that sends one byte now
// and then never meets a timeout between two reads. One thread, asleep while no request runs.
class Deadline {
 public:
  explicit Deadline(httplib::Client& client) : client_(client), thread_([this] { run(); }) {}
  ~Deadline() {
    {
      const std::scoped_lock lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void start(steady_clock::time_point at) {
    {
      const std::scoped_lock lock(mutex_);
      at_ = at;
      passed_ = false;
      cancelled_ = false;
    }
    changed_.notify_all();
  }
  // What happens at the deadline, now: for a request that nobody waits for any more.
  void cancel() {
    {
      const std::scoped_lock lock(mutex_);
      if (!at_) return;
      at_ = steady_clock::now();
      cancelled_ = true;
    }
    changed_.notify_all();
  }

  enum class End { in_time, late, cancelled };
  End finish() {
    const std::scoped_lock lock(mutex_);
    at_.reset();
    return cancelled_ ? End::cancelled : passed_ ? End::late : End::in_time;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      if (!at_) {
        changed_.wait(lock);
      } else if (steady_clock::now() < *at_) {
        changed_.wait_until(lock, *at_);
      } else {
        passed_ = true;
        // stop() ends what the socket waits for. It finds nothing to end while the connection is still being made, so
        // it is repeated until the request has returned.
        at_ = steady_clock::now() + kRepeat;
        client_.stop();
      }
    }
  }

  static constexpr std::chrono::milliseconds kRepeat{50};
  httplib::Client& client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<steady_clock::time_point> at_;
  bool passed_ = false;
  bool cancelled_ = false;
  bool ending_ = false;
  std::thread thread_;  // last, so that it starts with everything else in place
};

std::string environment_value(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

HttpFailure failure_of(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::BindIPAddress:
      return {Kind::connect, "no connection"};
    case httplib::Error::ConnectionTimeout:
      return {Kind::timeout, "no connection in time"};
    case httplib::Error::SSLConnection:
      return {Kind::tls, "the TLS handshake failed"};
    case httplib::Error::SSLLoadingCerts:
      return {Kind::tls, "the certificates to check the server by could not be loaded"};
    case httplib::Error::SSLServerVerification:
      return {Kind::tls, "the server's certificate is not trusted for this name"};
    case httplib::Error::Read:
      return {Kind::broken, "the connection ended inside the answer"};
    case httplib::Error::Write:
      return {Kind::broken, "the connection ended inside the request"};
    default:
      return {Kind::broken, "the exchange failed (" + httplib::to_string(error) + ")"};
  }
}

class HttplibClient : public HttpClient {
 public:
  HttplibClient(HttpClientOptions options, const HttpHost& host)
      : options_(std::move(options)),
        client_((host.tls ? "https://" : "http://") +
                (host.host.find(':') == std::string::npos ? host.host : "[" + host.host + "]") + ":" +
                std::to_string(host.port)),
        deadline_(client_) {
    client_.set_connection_timeout(options_.connect_timeout);
    client_.set_read_timeout(options_.read_timeout);
    client_.set_write_timeout(options_.read_timeout);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    client_.set_follow_location(false);
    client_.set_url_encode(false);
    client_.set_decompress(false);
    if (host.tls) {
      client_.enable_server_certificate_verification(true);
      if (!options_.ca_file.empty()) client_.set_ca_cert_path(options_.ca_file);
    }
    if (const auto proxy = proxy_for(host, environment_value)) {
      client_.set_proxy(proxy->host, proxy->port);
      if (!proxy->user.empty()) client_.set_proxy_basic_auth(proxy->user, proxy->password);
    }
  }

  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request) override {
    try {
      return exchange(request);
    } catch (const std::exception&) {
      deadline_.finish();
      return std::unexpected(HttpFailure{Kind::broken, "the exchange failed inside the HTTP library"});
    }
  }

  void cancel() override { deadline_.cancel(); }

 private:
  std::expected<HttpResponse, HttpFailure> exchange(const HttpRequest& request) {
    if (!client_.is_valid()) {
      return std::unexpected(HttpFailure{Kind::tls, "TLS could not be set up (certificates to check by)"});
    }
    httplib::Request outgoing;
    outgoing.method = request.method;
    outgoing.path = request.target;
    for (const auto& [name, value] : request.headers) outgoing.set_header(name, value);
    outgoing.set_header("Accept-Encoding", "identity");
    outgoing.body = request.body;
    if (!request.content_type.empty()) outgoing.set_header("Content-Type", request.content_type);

    std::string body;
    bool too_large = false;
    const std::size_t most = options_.body_bytes_max;
    outgoing.response_handler = [&](const httplib::Response& head) {
      const std::string length = head.get_header_value("Content-Length");
      too_large = length.size() > 19 || (!length.empty() && std::strtoull(length.c_str(), nullptr, 10) > most);
      return !too_large;
    };
    outgoing.content_receiver = [&](const char* bytes, std::size_t count, std::uint64_t, std::uint64_t) {
      if (count > most - body.size()) {
        too_large = true;
        return false;
      }
      body.append(bytes, count);
      return true;
    };

    const auto started_at = steady_clock::now();
    deadline_.start(started_at + options_.total_timeout);
    const httplib::Result result = client_.send(outgoing);
    const auto end = deadline_.finish();
    const auto elapsed = steady_clock::now() - started_at;

    if (too_large) return std::unexpected(HttpFailure{Kind::too_large, "the answer is over the size limit"});
    if (end == Deadline::End::cancelled) return std::unexpected(HttpFailure{Kind::broken, "the request was cancelled"});
    if (end == Deadline::End::late) return std::unexpected(HttpFailure{Kind::timeout, "no whole answer in time"});
    if (!result) {
      // The library tells a read that timed out and a connection that ended by the same word; only time tells them
      // apart.
      if (result.error() == httplib::Error::Read && elapsed >= options_.read_timeout) {
        return std::unexpected(HttpFailure{Kind::timeout, "no answer in time"});
      }
      return std::unexpected(failure_of(result.error()));
    }
    HttpResponse response;
    response.status = result->status;
    for (const auto& [name, value] : result->headers) response.headers.emplace(lower(name), value);
    response.body = std::move(body);
    return response;
  }

  const HttpClientOptions options_;
  httplib::Client client_;
  Deadline deadline_;
};

// Stands in for a base address that is none, so that the first request says so.
class NoAddressClient : public HttpClient {
 public:
  std::expected<HttpResponse, HttpFailure> send(const HttpRequest&) override {
    return std::unexpected(HttpFailure{Kind::connect, "the base address is not an http or https URL"});
  }
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(HttpClientOptions options) {
  const auto host = parse_http_host(options.base_url);
  if (!host) return std::make_unique<NoAddressClient>();
  return std::make_unique<HttplibClient>(std::move(options), *host);
}

}  // namespace ringdex::sync

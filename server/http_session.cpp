#include "server/http_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <iterator>
#include <memory>
#include <optional>

namespace ringdex::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

// The executor's type is named, since a polymorphic one costs on each operation.
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using TlsStream = asio::ssl::stream<Socket>;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::chrono::seconds kWriteTimeout{30};
constexpr std::chrono::seconds kTlsTimeout{10};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

HttpRequest to_request(http::request<http::string_body>&& message, const asio::ip::tcp::endpoint& remote, bool& good) {
  HttpRequest request;
  request.method = view(message.method_string());
  for (const auto& field : message) {
    request.headers.emplace_back(lower(view(field.name_string())), std::string(view(field.value())));
  }
  good = read_target(view(message.target()), request);
  request.body = std::move(message.body());
  auto address = remote.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  request.remote_address = address.to_string();
  request.from_loopback = address.is_loopback();
  return request;
}

template <typename Stream>
class Session : public HttpConnection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, HttpWorker& worker, HttpShared& shared)
      : stream_(std::move(stream)), worker_(worker), shared_(shared) {
    worker_.connections.insert(this);
    shared_.metrics.connection_opened();
    error_code ignored;
    remote_ = socket().remote_endpoint(ignored);
    socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  }
  ~Session() override {
    worker_.connections.erase(this);
    shared_.metrics.connection_closed();
  }

  void start() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      expires_after(kTlsTimeout);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (!error) self->await_request();
      });
    } else {
      await_request();
    }
  }

  void finish() override {
    if (busy_) return;  // the answer in hand closes the connection
    abort();
  }

  void abort() override {
    deadline = UINT64_MAX;
    error_code ignored;
    socket().shutdown(Socket::shutdown_both, ignored);
    socket().close(ignored);
  }

 private:
  Socket& socket() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }
  void expires_after(std::chrono::milliseconds wait) { deadline = worker_.tick_after(wait); }

  // Waits for the first byte with the idle limit; what follows has the limit of a whole request.
  void await_request() {
    busy_ = false;
    if (shared_.stopping) return close();
    if (buffer_.size() > 0) return read_request();
    expires_after(shared_.options.idle_timeout);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                              if (error) return;
                              self->buffer_.commit(bytes);
                              self->read_request();
                            });
  }

  void read_request() {
    busy_ = true;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.header_bytes_max));
    parser_->body_limit(shared_.options.body_bytes_max);
    expires_after(shared_.options.header_timeout);
    http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](error_code error, std::size_t) {
      error ? self->read_failed(error) : self->handle();
    });
  }

  void read_failed(error_code error) {
    keep_alive_ = false;
    version_ = 11;
    if (error == http::error::body_limit) {
      return write(
          problem(413, "body_too_large",
                  "the body is over the limit of " + std::to_string(shared_.options.body_bytes_max) + " bytes"));
    }
    if (error == http::error::header_limit) {
      return write(problem(
          431, "header_too_large",
          "the request header is over the limit of " + std::to_string(shared_.options.header_bytes_max) + " bytes"));
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return write(problem(400, "bad_request", "this is no HTTP request: " + error.message()));
    }
  }

  void handle() {
    auto message = parser_->release();
    keep_alive_ = message.keep_alive() && !shared_.stopping;
    version_ = message.version();
    head_only_ = message.method() == http::verb::head;
    bool good = false;
    HttpRequest request = to_request(std::move(message), remote_, good);
    if (!good) return write(problem(400, "bad_target", "the path or query has broken percent-encoding"));
    auto decision = shared_.router.decide(request);
    if (decision.route == nullptr) return write(std::move(decision.refusal));
    if (!decision.route->may_block) return write(shared_.router.run(*decision.route, request));
    deadline = UINT64_MAX;
    asio::post(shared_.blocking, [self = this->shared_from_this(), route = decision.route,
                                  request = std::move(request)]() mutable {
      Session& session = *self;
      HttpResponse response = session.shared_.router.run(*route, request);
      asio::post(session.worker_.context, [self = std::move(self), response = std::move(response)]() mutable {
        self->write(std::move(response));
      });
    });
  }

  void write(HttpResponse response) {
    shared_.metrics.http_answered(response.status);
    write_head(response);
    // To HEAD the length is that of the body that GET would get.
    if (!head_only_) out_ += response.body;
    expires_after(kWriteTimeout);
    asio::async_write(stream_, asio::buffer(out_), [self = this->shared_from_this()](error_code error, std::size_t) {
      if (error) return;
      self->keep_alive_ ? self->await_request() : self->close();
    });
  }

  void write_head(const HttpResponse& response) {
    out_.clear();
    fmt::format_to(std::back_inserter(out_),
                   "HTTP/1.{} {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n",
                   version_ % 10, response.status, status_title(response.status), response.content_type,
                   response.body.size());
    for (const auto& [name, value] : response.headers) out_.append(name).append(": ").append(value).append("\r\n");
    if (!keep_alive_) out_ += "Connection: close\r\n";
    if (keep_alive_ && version_ == 10) out_ += "Connection: keep-alive\r\n";
    out_ += "\r\n";
  }

  void close() {
    expires_after(kTlsTimeout);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) {});
    } else {
      error_code ignored;
      socket().shutdown(Socket::shutdown_send, ignored);
    }
  }

  Stream stream_;
  HttpWorker& worker_;
  HttpShared& shared_;
  asio::ip::tcp::endpoint remote_;
  beast::flat_buffer buffer_{1 << 20};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string out_;
  bool busy_ = false;
  bool keep_alive_ = false;
  bool head_only_ = false;
  unsigned version_ = 11;
};

}  // namespace

void serve_http(asio::ip::tcp::socket accepted, asio::ssl::context* tls, HttpWorker& worker, HttpShared& shared) {
  error_code failed;
  const auto protocol = accepted.local_endpoint(failed).protocol();
  const auto handle = accepted.release(failed);
  if (failed) return;
  Socket socket(worker.context.get_executor(), protocol, handle);
  if (tls != nullptr) {
    std::make_shared<Session<TlsStream>>(TlsStream(std::move(socket), *tls), worker, shared)->start();
  } else {
    std::make_shared<Session<Socket>>(std::move(socket), worker, shared)->start();
  }
}

}  // namespace ringdex::server

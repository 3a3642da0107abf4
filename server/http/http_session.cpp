#include "server/http/http_session.h"

#include <fmt/core.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <charconv>
#include <memory>
#include <optional>

#include "server/http/event_stream.h"
#include "server/http/http_parser.h"
#include "server/net/apart.h"
#include "server/net/socket.h"
#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 4 * 1024;
// Answers to requests that came together go out together, up to this.
constexpr std::size_t kOutBytesMax = 64 * 1024;
// A connection keeps memory for its next request, but not what one large request took.
constexpr std::size_t kKeptBytesMax = 64 * 1024;
constexpr std::chrono::seconds kWriteTimeout{30};
constexpr std::chrono::seconds kTlsTimeout{10};
constexpr std::chrono::milliseconds kDateAge{400};  // in which it is not made anew

template <typename Stream>
class Session : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, Worker& worker, CountedConnection counted, HttpShared& shared)
      : Connection(worker, std::move(counted)), stream_(std::move(stream)), shared_(shared) {
    error_code ignored;
    const asio::ip::address address = socket().remote_endpoint(ignored).address();
    request_.from_loopback = unmapped(address).is_loopback();
    request_.network_account = shared_.router.account_of(address);
    socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    socket().non_blocking(true, ignored);
  }

  void start() {
    if constexpr (kIsTls<Stream>) {
      expires_after(kTlsTimeout);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (!error) self->serve();
      });
    } else {
      serve();
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
  Socket& socket() { return socket_of(stream_); }
  void expires_after(std::chrono::milliseconds wait) { deadline = worker_.tick_after(wait); }

  // Answers what is in the buffer, request by request, then sends and reads on.
  void serve() {
    while (out_.size() < kOutBytesMax && read_request()) {
      const HttpRoute* route = decide();
      if (route != nullptr && route->runs_on != RunsOn::connection) {
        return run_apart(*route);
      }
      if (route != nullptr) shared_.router.run(*route, request_, response_);
      if (response_.later) return finish_apart(*route);
      if (response_.events) return stream();
      add_answer();
      if (!keep_alive_) break;
    }
    send();
  }

  // True if a whole request is in hand, false if there is none yet, or the answer that refuses it is written.
  bool read_request() {
    if (ending_ || (buffer_.size() == 0 && !parser_)) return false;
    if (!parser_) begin_request();
    std::size_t used = 0;
    const auto bytes = buffer_.data();
    const auto state = parser_->read({static_cast<const char*>(bytes.data()), bytes.size()}, used);
    buffer_.consume(used);
    if (state == HttpParser::State::done) return true;
    if (state != HttpParser::State::need_more) refuse(state);
    return false;
  }

  void begin_request() {
    busy_ = true;
    request_.clear();
    parser_.emplace(request_, HttpLimits{shared_.options.header_bytes_max, shared_.options.body_bytes_max});
    expires_after(shared_.options.header_timeout);
  }

  void refuse(HttpParser::State state) {
    keep_alive_ = false;
    version_ = 11;
    head_only_ = false;
    if (state == HttpParser::State::body_too_large) {
      response_ = problem(413, "body_too_large",
                          fmt::format("the body is over the limit of {} bytes", shared_.options.body_bytes_max));
    } else if (state == HttpParser::State::header_too_large) {
      response_ =
          problem(431, "header_too_large",
                  fmt::format("the request header is over the limit of {} bytes", shared_.options.header_bytes_max));
    } else {
      response_ = problem(400, "bad_request", "this is no HTTP/1.1 request");
    }
    add_answer();
  }

  // What to run for the request in hand; nullopt with the answer that refuses it in place.
  const HttpRoute* decide() {
    keep_alive_ = parser_->keep_alive() && !shared_.stopping;
    version_ = parser_->version();
    head_only_ = request_.method == "HEAD";
    parser_.reset();
    response_.clear();
    read_target(request_);
    return shared_.router.decide(request_, response_);
  }

  void run_apart(const HttpRoute& route) {
    answer_apart(route.runs_on == RunsOn::ringing ? shared_.ringing : shared_.blocking, [&route](Session& session) {
      session.shared_.router.run(route, session.request_, session.response_);
      session.shared_.router.run_later(route, session.response_);
    });
  }

  // What the handler left for a thread that may wait.
  void finish_apart(const HttpRoute& route) {
    answer_apart(shared_.waiting,
                 [&route](Session& session) { session.shared_.router.run_later(route, session.response_); });
  }

  template <typename Answer>
  void answer_apart(asio::thread_pool& threads, Answer answer) {
    deadline = UINT64_MAX;
    send_some();
    const auto work = [answer](Session& session) {
      answer(session);
      return true;
    };
    server::run_apart(threads, worker_, this->shared_from_this(), work, [](Session& session, bool) {
      if (session.response_.events) return session.stream();
      session.add_answer();
      session.keep_alive_ ? session.serve() : session.send();
    });
  }

  // From here on the connection is another's; what came behind the request is left unread.
  void stream() {
    keep_alive_ = false;
    add_answer();
    StreamBeginning beginning{.events = std::move(response_.events)};
    if (head_only_) return send();
    beginning.principal = std::move(request_.principal);
    beginning.out = std::move(out_.erase(0, sent_));
    stream_events(std::move(stream_), worker_, shared_, std::move(beginning));
  }

  void add_answer() {
    shared_.metrics.http_answered(response_.status);
    add_head();
    // To HEAD the length is that of the body that GET would get.
    if (!head_only_) out_ += response_.body;
    if (!keep_alive_) ending_ = true;
  }

  void add_head() {
    const auto number = [this](auto value) {
      std::array<char, 20> digits;
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
      out_.append(digits.data(), end);
    };
    out_.append(version_ == 10 ? "HTTP/1.0 " : "HTTP/1.1 ");
    number(response_.status);
    out_.append(" ").append(status_title(response_.status));
    if (worker_.ticks >= date_due_) {
      date_ = text::format_http_date(shared_.options.clock());
      date_due_ = worker_.tick_after(kDateAge);
    }
    out_.append("\r\nDate: ").append(date_);
    if (response_.status != 204 && response_.status != 304) {
      out_.append("\r\nContent-Type: ").append(response_.content_type);
      // A stream of events has no length: it ends with the connection.
      if (!response_.events) {
        out_.append("\r\nContent-Length: ");
        number(response_.body.size());
      }
    }
    out_.append("\r\nCache-Control: ").append(response_.cache_control).append("\r\n");
    for (const auto& [name, value] : response_.headers) out_.append(name).append(": ").append(value).append("\r\n");
    if (!keep_alive_) out_ += "Connection: close\r\n";
    if (keep_alive_ && version_ == 10) out_ += "Connection: keep-alive\r\n";
    out_ += "\r\n";
  }

  // Nearly always the socket takes all at once. False if the connection is broken.
  bool send_some() {
    if constexpr (!kIsTls<Stream>) {
      if (sent_ == out_.size()) return true;
      error_code error;
      sent_ += socket().write_some(asio::buffer(out_) + sent_, error);
      return !error || error == asio::error::would_block;
    }
    return true;
  }

  void send() {
    if (!send_some()) return;
    if (sent_ == out_.size()) return sent_all();
    expires_after(kWriteTimeout);
    asio::async_write(stream_, asio::buffer(out_) + sent_,
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->sent_all();
                      });
  }

  void sent_all() {
    const bool cut_short = out_.size() >= kOutBytesMax;
    out_.clear();
    sent_ = 0;
    if (ending_) return close();
    // Requests may be left in the buffer; each round begins anew, so that the stack does not grow with them.
    if (cut_short) return asio::post(worker_.context, [self = this->shared_from_this()] { self->serve(); });
    receive();
  }

  // Between requests the idle limit counts; within one the limit that began with it.
  void receive() {
    if (!parser_) {
      busy_ = false;
      release_memory();
      if (shared_.stopping) return close();
      expires_after(shared_.options.idle_timeout);
    }
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                              if (error) return;
                              self->buffer_.commit(bytes);
                              self->serve();
                            });
  }

  // By swapping: what is assigned to keeps its memory.
  void release_memory() {
    if (request_.memory() > kKeptBytesMax) {
      HttpRequest fresh;
      fresh.from_loopback = request_.from_loopback;
      fresh.network_account = request_.network_account;
      std::swap(request_, fresh);
    }
    if (response_.body.capacity() > kKeptBytesMax) std::string().swap(response_.body);
    if (out_.capacity() > 2 * kKeptBytesMax) std::string().swap(out_);
    if (buffer_.capacity() > kKeptBytesMax) buffer_ = fresh_buffer();
  }

  // What the parser leaves for the next time is never more than a header.
  beast::flat_buffer fresh_buffer() const {
    return beast::flat_buffer(shared_.options.header_bytes_max + 2 * kReadBytes);
  }

  // A close with bytes unread would take back the answer, if it is still on its way.
  void close() {
    expires_after(kTlsTimeout);
    if constexpr (kIsTls<Stream>) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) {});
    } else {
      error_code ignored;
      socket().shutdown(Socket::shutdown_send, ignored);
      if (!shared_.stopping) drain();
    }
  }

  void drain() {
    buffer_.consume(buffer_.size());
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                              if (!error) self->drain();
                            });
  }

  Stream stream_;
  HttpShared& shared_;
  beast::flat_buffer buffer_ = fresh_buffer();
  std::optional<HttpParser> parser_;  // of the request that is being read
  HttpRequest request_;
  HttpResponse response_;
  std::string date_;  // for the answers up to that tick
  std::uint64_t date_due_ = 0;
  std::string out_;         // answers that are not all sent yet
  std::size_t sent_ = 0;    // bytes of them that are
  bool busy_ = false;       // a request is being read or answered
  bool ending_ = false;     // the last answer is written
  bool keep_alive_ = true;  // after the answer in hand
  bool head_only_ = false;
  unsigned version_ = 11;
};

}  // namespace

void serve_http(Accepted accepted, Worker& worker, HttpShared& shared) {
  Socket socket(worker.context.get_executor(), accepted.protocol, accepted.descriptor);
  if (accepted.tls != nullptr) {
    std::make_shared<Session<TlsStream>>(TlsStream(std::move(socket), *accepted.tls), worker,
                                         std::move(accepted.counted), shared)
        ->start();
  } else {
    std::make_shared<Session<Socket>>(std::move(socket), worker, std::move(accepted.counted), shared)->start();
  }
}

}  // namespace ringdex::server

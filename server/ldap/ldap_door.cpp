#include "server/ldap/ldap_door.h"

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <utility>

#include "config/logging/log.h"
#include "server/net/apart.h"
#include "server/net/socket.h"
#include "telephony/ldap/ldap_message.h"

namespace ringdex::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using telephony::LdapResponseTag;
using telephony::LdapResultCode;
using Frame = telephony::LdapFrame::State;

constexpr std::size_t kMessageBytesMax = 64 * 1024;
constexpr std::size_t kReadBytes = 4 * 1024;
// Answers to requests that came together go out together, up to this.
constexpr std::size_t kOutBytesMax = 64 * 1024;
constexpr std::size_t kKeptBytesMax = 16 * 1024;
constexpr std::chrono::seconds kMessageTimeout{10};  // from a message's first byte
constexpr std::chrono::seconds kWriteTimeout{30};
constexpr std::chrono::seconds kTlsTimeout{10};

}  // namespace

// read -> decode -> answer (or search apart) -> write -> read
//
// While a search runs apart, the connection reads on, but only an abandon or an unbind is heeded; what else comes waits
// for its turn.
class LdapDoor::Session : public Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, Worker& worker, CountedConnection counted, Shared& shared, const std::atomic<bool>& stopping)
      : Connection(worker, std::move(counted)), socket_(std::move(socket)), shared_(shared), stopping_(stopping) {
    error_code ignored;
    address_ = socket_.remote_endpoint(ignored).address();
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    principal_ = shared_.access.admit(address_, "");
  }

  void start() {
    if (stopping_) return abort();
    deadline = worker_.tick_after(shared_.options.idle_timeout);
    receive();
  }

  void start_tls(asio::ssl::context& context) {
    tls_.emplace(socket_, context);
    is_shaking_hands_ = true;
    deadline = worker_.tick_after(kTlsTimeout);
    tls_->async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code error) {
      self->is_shaking_hands_ = false;
      error ? self->abort() : self->start();
    });
  }

  void finish() override {
    if (is_shaking_hands_) return abort();
    if (is_apart_ || is_writing_ || !out_.empty()) return;  // it ends after the answer in hand
    say_goodbye();
  }

  void abort() override {
    deadline = UINT64_MAX;
    is_closed_ = true;
    is_unwanted_ = true;
    error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  void receive() {
    if (is_reading_ || is_closed_ || has_ended_ || input_.size() > kMessageBytesMax) return;
    is_reading_ = true;
    const auto done = [self = shared_from_this()](error_code error, std::size_t bytes) {
      self->is_reading_ = false;
      if (error) return self->client_ended();
      self->input_.append(self->chunk_.data(), bytes);
      self->serve();
    };
    tls_ ? tls_->async_read_some(asio::buffer(chunk_), done) : socket_.async_read_some(asio::buffer(chunk_), done);
  }

  // It says nothing more, and may still read what it asked for.
  void client_ended() {
    has_ended_ = true;
    if (!is_apart_ && !is_writing_) abort();
  }

  // Answers what is in the buffer, message by message, then sends and reads on.
  void serve() {
    while (!is_closed_ && !is_ending_ && !wants_tls_ && out_.size() < kOutBytesMax) {
      const auto frame = telephony::next_ldap_frame(input_, kMessageBytesMax);
      if (frame.state == Frame::malformed) {
        end_malformed("the message is too long or no LDAP");
      } else if (frame.state == Frame::need_more || !take(frame.bytes)) {
        break;
      }
    }
    send();
  }

  // A request with the bytes that it points into.
  struct Message {
    const std::string bytes;
    telephony::LdapRequest request = {};
  };

  // False if it has to wait until the search in hand has ended.
  bool take(std::size_t bytes) {
    auto message = std::make_unique<Message>(input_.substr(0, bytes));
    auto decoded = telephony::decode_ldap_request(message->bytes);
    if (!decoded) {
      end_malformed(decoded.error().reason);
      return true;
    }
    message->request = std::move(*decoded);
    const auto* abandon = std::get_if<telephony::LdapAbandon>(&message->request.operation);
    const bool is_unbind = std::holds_alternative<telephony::LdapUnbind>(message->request.operation);
    if (is_apart_ && abandon == nullptr && !is_unbind) return false;
    input_.erase(0, bytes);
    is_partial_ = false;
    if (is_unbind) {
      abort();
    } else if (abandon != nullptr) {
      if (is_apart_ && abandon->message_id == apart_id_) is_unwanted_ = true;
    } else {
      answer(std::move(message));
    }
    return true;
  }

  void answer(std::unique_ptr<const Message> message) {
    const telephony::LdapRequest& request = message->request;
    if (std::holds_alternative<telephony::LdapSearch>(request.operation)) return search(std::move(message));
    if (const auto* bind = std::get_if<telephony::LdapBind>(&request.operation)) {
      return answer_bind(request.message_id, *bind);
    }
    if (const auto* extended = std::get_if<telephony::LdapExtended>(&request.operation)) {
      return answer_extended(request.message_id, *extended);
    }
    const auto* write = std::get_if<telephony::LdapWrite>(&request.operation);
    result(request.message_id, write != nullptr ? write->response_tag : LdapResponseTag::compare,
           {LdapResultCode::unwilling_to_perform, "the people are read only here: their CRM has them"});
  }

  void result(std::int32_t id, LdapResponseTag tag, const telephony::LdapResult& result) {
    telephony::append_ldap_result(out_, id, tag, result);
  }

  // RFC 4513 section 5.1. A failed bind leaves the connection anonymous.
  void answer_bind(std::int32_t id, const telephony::LdapBind& bind) {
    principal_ = shared_.access.admit(address_, "");
    const auto refuse = [&](LdapResultCode code, std::string_view why) {
      shared_.metrics.ended(DoorOutcome::refused);
      result(id, LdapResponseTag::bind, {code, why});
    };
    if (bind.version != 3) return refuse(LdapResultCode::protocol_error, "only LDAPv3 is spoken here");
    if (!bind.password) return refuse(LdapResultCode::auth_method_not_supported, "only simple binds are known here");
    if (bind.password->empty() && !bind.name.empty()) {
      return refuse(LdapResultCode::unwilling_to_perform, "a name without a password is no login (RFC 4513, 5.1.2)");
    }
    if (!bind.password->empty()) {
      auto principal = shared_.access.admit(address_, *bind.password);
      if (!principal) {
        log::warn("ldap: {} is refused: the password is no API key with the scope lookup", address_.to_string());
        return refuse(LdapResultCode::invalid_credentials, "the password must be an API key with the scope lookup");
      }
      principal_ = std::move(principal);
    }
    shared_.metrics.ended(DoorOutcome::answered);
    result(id, LdapResponseTag::bind, {});
  }

  void answer_extended(std::int32_t id, const telephony::LdapExtended& extended) {
    if (extended.oid == telephony::kLdapWhoAmIOid) {
      const bool has_name = principal_ && !principal_->key_id.empty();
      const std::string name =
          has_name ? fmt::format("dn:uid={},{}", principal_->key_id, shared_.options.search.base_dn) : "";
      return telephony::append_ldap_extended_response(out_, id, {}, {}, name);
    }
    if (extended.oid != telephony::kLdapStartTlsOid) {
      return telephony::append_ldap_extended_response(
          out_, id, {LdapResultCode::protocol_error, "this extended operation is not known here"});
    }
    if (!shared_.start_tls) {
      return telephony::append_ldap_extended_response(
          out_, id, {LdapResultCode::protocol_error, "there is no certificate for StartTLS"}, extended.oid);
    }
    // A read that is under way began before a search that has just ended.
    if (tls_ || is_reading_) {
      return telephony::append_ldap_extended_response(
          out_, id, {LdapResultCode::operations_error, "TLS is on, or a search was not waited for"}, extended.oid);
    }
    // What came behind it came in the clear, maybe from somebody in between (RFC 4513 section 3.1.1).
    if (!input_.empty()) return end_malformed("nothing may be sent behind StartTLS before its answer");
    telephony::append_ldap_extended_response(out_, id, {}, extended.oid);
    wants_tls_ = true;
  }

  void search(std::unique_ptr<const Message> message) {
    if (principal_ && !shared_.access.still_admits(address_, *principal_)) principal_.reset();
    std::string account = principal_ ? principal_->account : "";
    auto rest = shared_.searcher.begin(asked_in(*message, account, nullptr), out_);
    if (!rest) return shared_.metrics.ended(account.empty() ? DoorOutcome::refused : DoorOutcome::answered);
    is_apart_ = true;
    is_unwanted_ = false;
    apart_id_ = message->request.message_id;
    asio::thread_pool& threads = rest->lookup != nullptr ? shared_.waiting : shared_.disk;
    run_apart(
        threads, worker_, shared_from_this(),
        [message = std::move(message), account = std::move(account), rest = std::move(*rest)](const Session& self) {
          return self.search_apart(*message, account, rest);
        },
        [](Session& self, const std::string& answer) { self.found(answer); });
  }

  static LdapAsked asked_in(const Message& message, std::string_view account, const std::atomic<bool>* is_unwanted) {
    const telephony::LdapRequest& request = message.request;
    return {request.message_id, std::get<telephony::LdapSearch>(request.operation), request.controls, account,
            is_unwanted};
  }

  // On another thread: touches nothing that changes.
  std::string search_apart(const Message& message, const std::string& account, const LdapSearcher::Rest& rest) const {
    std::string answer;
    try {
      if (is_unwanted_) return answer;
      shared_.searcher.finish(asked_in(message, account, &is_unwanted_), rest, answer);
    } catch (const std::exception& error) {
      log::error("ldap: a search failed: {}", error.what());
      answer.clear();
      telephony::append_ldap_result(answer, apart_id_, LdapResponseTag::search_done,
                                    {LdapResultCode::other, "the search failed; the server's log says more"});
    }
    return answer;
  }

  void found(const std::string& answer) {
    is_apart_ = false;
    if (is_closed_) return;
    if (!is_unwanted_) {
      out_ += answer;
      shared_.metrics.ended(DoorOutcome::answered);
    }
    serve();
  }

  void end_malformed(std::string_view reason) {
    shared_.metrics.ended(DoorOutcome::malformed);
    telephony::append_ldap_notice_of_disconnection(out_, {LdapResultCode::protocol_error, reason});
    is_ending_ = true;
  }

  void say_goodbye() {
    telephony::append_ldap_notice_of_disconnection(out_, {LdapResultCode::unavailable, "the server is stopping"});
    is_ending_ = true;
    send();
  }

  // Nearly always the socket takes all at once.
  void send() {
    if (is_closed_ || is_writing_) return;
    if (!tls_ && !out_.empty()) {
      error_code error;
      const std::size_t sent = socket_.write_some(asio::buffer(out_), error);
      if (error && error != asio::error::would_block) return abort();
      out_.erase(0, sent);
    }
    if (out_.empty()) return sent_all();
    is_writing_ = true;
    deadline = worker_.tick_after(kWriteTimeout);
    writing_ = std::move(out_);
    out_.clear();
    const auto done = [self = shared_from_this()](error_code error, std::size_t) {
      self->is_writing_ = false;
      if (error) return self->abort();
      self->out_.empty() ? self->sent_all() : self->send();
    };
    tls_ ? asio::async_write(*tls_, asio::buffer(writing_), done)
         : asio::async_write(socket_, asio::buffer(writing_), done);
  }

  void sent_all() {
    if (is_ending_) return hang_up();
    if (wants_tls_) {
      wants_tls_ = false;
      return start_tls(*shared_.start_tls);
    }
    if (stopping_ && !is_apart_) return say_goodbye();
    release_memory();
    set_deadline();
    // Messages may be left that did not fit into the answer; each round begins anew, so that the stack does not grow.
    const bool has_message = telephony::next_ldap_frame(input_, kMessageBytesMax).state != Frame::need_more;
    if (!is_apart_ && has_message) return asio::post(worker_.context, [self = shared_from_this()] { self->serve(); });
    if (has_ended_ && !is_apart_) return abort();
    receive();
  }

  // A message has its time from its first byte on, however it trickles in.
  void set_deadline() {
    if (is_apart_) {
      deadline = UINT64_MAX;
    } else if (input_.empty()) {
      deadline = worker_.tick_after(shared_.options.idle_timeout);
    } else if (!is_partial_) {
      is_partial_ = true;
      deadline = worker_.tick_after(kMessageTimeout);
    }
  }

  // A close with bytes unread would take back the notice.
  void hang_up() {
    is_closed_ = true;
    deadline = worker_.tick_after(kTlsTimeout);
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    if (!stopping_ && !is_reading_) drain();
  }

  void drain() {
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->drain();
    });
  }

  void release_memory() {
    if (out_.capacity() > kKeptBytesMax) std::string().swap(out_);
    if (writing_.capacity() > kKeptBytesMax) std::string().swap(writing_);
    if (input_.empty() && input_.capacity() > kKeptBytesMax) std::string().swap(input_);
  }

  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;  // over the socket, once it has begun
  Shared& shared_;
  const std::atomic<bool>& stopping_;
  asio::ip::address address_;
  std::optional<Principal> principal_;  // nullopt while nobody is signed in who may see people
  std::array<char, kReadBytes> chunk_{};
  std::string input_;
  std::string out_;      // answers that are not being sent yet
  std::string writing_;  // those that are
  std::int32_t apart_id_ = 0;
  std::atomic<bool> is_unwanted_ = false;  // nobody waits for the search that runs apart
  bool is_apart_ = false;                  // a search runs on another thread
  bool is_shaking_hands_ = false;
  bool is_partial_ = false;  // some of a message has come, and its time runs
  bool has_ended_ = false;   // the client sends no more
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool wants_tls_ = false;  // once its answer is sent
  bool is_ending_ = false;  // once what is written is sent
  bool is_closed_ = false;
};

LdapDoor::LdapDoor(LdapOptions options, const DoorLookups& lookups, const Directory& directory, DoorAccess access,
                   DoorMetrics& metrics)
    : disk_(options.disk_threads),
      waiting_(options.waiting_threads),
      shared_{options, LdapSearcher(options.search, lookups, directory), std::move(access), metrics, disk_, waiting_,
              {}} {
  // The plain listener has no TLS of its own: it begins with StartTLS.
  DoorServerOptions plain = options.listen;
  plain.tls_certificate.clear();
  plain.tls_key.clear();
  plain_ = std::make_unique<DoorServer>(plain, serve(false), metrics);
  if (options.tls_listen) tls_ = std::make_unique<DoorServer>(*options.tls_listen, serve(true), metrics);
}

LdapDoor::~LdapDoor() {
  stop(std::chrono::milliseconds(0));
}

DoorServer::Serve LdapDoor::serve(bool with_tls) {
  return [this, with_tls](Accepted accepted, Worker& worker) {
    Socket socket(worker.context.get_executor(), accepted.protocol, accepted.descriptor);
    const auto& stopping = with_tls ? tls_->stopping() : plain_->stopping();
    const auto session =
        std::make_shared<Session>(std::move(socket), worker, std::move(accepted.counted), shared_, stopping);
    accepted.tls != nullptr ? session->start_tls(*accepted.tls) : session->start();
  };
}

std::expected<void, std::string> LdapDoor::start() {
  if (!shared_.options.listen.tls_certificate.empty()) {
    auto context = tls_context(shared_.options.listen);
    if (!context) return std::unexpected(context.error());
    shared_.start_tls.emplace(std::move(*context));
  }
  if (auto started = plain_->start(); !started || !tls_) return started;
  return tls_->start();
}

void LdapDoor::begin_stop() {
  plain_->begin_stop();
  if (tls_) tls_->begin_stop();
}

void LdapDoor::stop(std::chrono::milliseconds deadline) {
  begin_stop();
  plain_->stop(deadline);
  if (tls_) tls_->stop(std::chrono::milliseconds(0));
  disk_.join();
  waiting_.join();
}

}  // namespace ringdex::server

#include "server/fastagi/fastagi_door.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <vector>

#include "config/logging/log.h"
#include "server/net/apart.h"
#include "server/net/socket.h"

namespace ringdex::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 4 * 1024;

}  // namespace

// read the request -> look up (-> wait for a CRM) -> [send a command -> read its reply]... -> close and drain
//
// The caller may hang up at any of these; the deadline ends them all.
class FastAgiDoor::Session : public Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, Worker& worker, CountedConnection counted, Shared& shared)
      : Connection(worker, std::move(counted)), socket_(std::move(socket)), shared_(shared) {
    error_code ignored;
    address_ = socket_.remote_endpoint(ignored).address();
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  void start() {
    deadline = worker_.tick_after(shared_.options.deadline);
    read_request();
  }

  void finish() override {
    if (!is_answering_) abort();
  }

  void abort() override {
    deadline = UINT64_MAX;
    error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  void expire() override {
    if (!is_closing_) shared_.metrics.ended(DoorOutcome::late);
    is_closing_ = true;
    abort();
  }

 private:
  template <typename Then>
  void read(Then then) {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this(), then](error_code error, std::size_t bytes) {
                              if (error || self->is_closing_) return;
                              self->input_.append(self->chunk_.data(), bytes);
                              then(*self);
                            });
  }

  void read_request() {
    std::size_t used = 0;
    const auto state = telephony::read_agi_request(input_, request_, used);
    if (state == telephony::AgiState::need_more) return read([](Session& self) { self.read_request(); });
    if (state == telephony::AgiState::malformed) return end(DoorOutcome::malformed);
    input_.erase(0, used);
    is_answering_ = true;
    look_up();
  }

  void look_up() {
    question_ = read_agi_question(request_, shared_.options.names_restricted);
    const auto principal = shared_.access.admit(address_, question_.key);
    if (!principal || (!question_.account.empty() && question_.account != principal->account)) {
      log::warn("fastagi: {} is refused: no valid key, trusted network or account", address_.to_string());
      return refuse("refused", "no valid key; add ?key=... to the AGI address, or trust this network in the config");
    }
    if (!question_.is_known) return refuse("refused", "no such script; use agi://HOST/lookup");
    account_ = principal->account;
    auto begun = shared_.lookups.begin(lookup_request());
    if (begun.waiting == nullptr) return send_all(commands_for(begun.answer));
    run_apart(
        shared_.waiting, worker_, shared_from_this(),
        [waiting = std::move(begun.waiting)](const Session& self) { return self.commands_after(*waiting); },
        [](Session& self, std::vector<std::string> commands) { self.send_all(std::move(commands)); });
  }

  // On another thread: touches nothing that changes.
  std::vector<std::string> commands_after(const WaitingSearch& waiting) const {
    try {
      return commands_for(shared_.lookups.finish(waiting, shared_.options.deadline / 2));
    } catch (const std::exception& error) {
      log::error("fastagi: a lookup failed: {}", error.what());
      return agi_refusal("failed", "the lookup failed; the server's log says more", shared_.options.answer);
    }
  }

  LookupRequest lookup_request() const {
    return {.account = account_,
            .number = question_.number,
            .region = shared_.lookups.service().known_region(question_.region),
            .called = question_.called,
            .plan = question_.plan.value_or(shared_.options.plan),
            .agent = question_.agent};
  }

  std::vector<std::string> commands_for(const DoorLookups::Found& found) const {
    if (!found) return agi_refusal("failed", "the lookup failed; the server's log says more", shared_.options.answer);
    return agi_answer(account_, *found, shared_.options.answer);
  }

  void refuse(std::string_view match, std::string_view reason) {
    outcome_ = DoorOutcome::refused;
    send_all(agi_refusal(match, reason, shared_.options.answer));
  }

  void send_all(std::vector<std::string> commands) {
    commands_ = std::move(commands);
    send_next();
  }

  void send_next() {
    if (is_closing_) return;
    if (sent_ == commands_.size()) return end(outcome_);
    asio::async_write(socket_, asio::buffer(commands_[sent_]),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->read_reply();
                      });
  }

  void read_reply() {
    telephony::AgiReply reply;
    std::size_t used = 0;
    const auto state = telephony::read_agi_reply(input_, reply, used);
    if (state == telephony::AgiState::need_more) return read([](Session& self) { self.read_reply(); });
    if (state == telephony::AgiState::malformed) return end(DoorOutcome::malformed);
    input_.erase(0, used);
    using Kind = telephony::AgiReply::Kind;
    // Who hung up needs no name any more.
    if (reply.kind == Kind::hangup || reply.kind == Kind::dead_channel) return end(outcome_);
    if (reply.kind != Kind::result) log::warn("fastagi: Asterisk refuses a command with {}", reply.code);
    ++sent_;
    send_next();
  }

  // Asterisk still writes a line when we close; unread, it would take back what we sent last.
  void end(DoorOutcome outcome) {
    shared_.metrics.ended(outcome);
    is_closing_ = true;
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    drain();
  }

  void drain() {
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->drain();
    });
  }

  Socket socket_;
  Shared& shared_;
  asio::ip::address address_;
  std::array<char, kReadBytes> chunk_{};
  std::string input_;
  telephony::AgiRequest request_;
  AgiQuestion question_;
  std::string account_;
  std::vector<std::string> commands_;
  std::size_t sent_ = 0;  // commands that are answered
  DoorOutcome outcome_ = DoorOutcome::answered;
  bool is_answering_ = false;
  bool is_closing_ = false;
};

FastAgiDoor::FastAgiDoor(FastAgiOptions options, const DoorLookups& lookups, DoorAccess access, DoorMetrics& metrics)
    : waiting_(options.waiting_threads),
      shared_{std::move(options), lookups, std::move(access), metrics, waiting_},
      server_(
          shared_.options.listen,
          [this](Accepted accepted, Worker& worker) {
            Socket socket(worker.context.get_executor(), accepted.protocol, accepted.descriptor);
            std::make_shared<Session>(std::move(socket), worker, std::move(accepted.counted), shared_)->start();
          },
          metrics) {}

FastAgiDoor::~FastAgiDoor() {
  stop(std::chrono::milliseconds(0));
}

void FastAgiDoor::begin_stop() {
  server_.begin_stop();
}

void FastAgiDoor::stop(std::chrono::milliseconds deadline) {
  server_.stop(deadline);
  waiting_.join();
}

}  // namespace ringdex::server

#include "server/http/event_stream.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "server/events/event_frame.h"

namespace ringdex::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A reader that takes nothing at all for so long is gone.
constexpr std::chrono::seconds kStreamWriteTimeout{30};
// What a burst took is given back; there may be thousands of listeners.
constexpr std::size_t kStreamKeptBytesMax = 16 * 1024;

// At any time it reads, to notice the client's end, and either writes or waits for a wake or a heartbeat.
template <typename Stream>
class EventStream : public Connection, public TakesTurns, public std::enable_shared_from_this<EventStream<Stream>> {
 public:
  EventStream(Stream stream, Worker& worker, HttpShared& shared, StreamBeginning beginning)
      : Connection(worker, CountedConnection(shared.metrics.door(Door::http))),
        stream_(std::move(stream)),
        shared_(shared),
        principal_(std::move(beginning.principal)),
        events_(std::move(beginning.events)),
        out_(std::move(beginning.out)) {
    shared_.metrics.event_listener_came();
  }
  ~EventStream() override { shared_.metrics.event_listener_left(); }

  void start() {
    if (shared_.stopping) return abort();
    // A wake may be on its way when the stream has ended.
    events_->wake_by([self = this->weak_from_this(), &turns = worker_.turns] { turns.add(self); });
    receive();
    send();
  }

  void finish() override { abort(); }

  void abort() override {
    deadline = UINT64_MAX;
    events_.reset();
    error_code ignored;
    socket_of(stream_).shutdown(Socket::shutdown_both, ignored);
    socket_of(stream_).close(ignored);
  }

  void expire() override {
    if (writing_) return cut_off();
    // Those that heard of the same event are silent for equally long.
    deadline = UINT64_MAX;
    heartbeat_due_ = true;
    worker_.turns.add(this->weak_from_this());
  }

  void take_turn() override {
    if (!events_) return;
    if (events_->cut_off()) return cut_off();
    if (!writing_) take();
  }

 private:
  void cut_off() {
    shared_.metrics.event_listener_cut_off();
    abort();
  }

  // A client has nothing more to say on this connection but that it closes.
  void receive() {
    stream_.async_read_some(asio::buffer(unread_), [self = this->shared_from_this()](error_code error, std::size_t) {
      error ? self->abort() : self->receive();
    });
  }

  void take() {
    if (!shared_.router.still_lets_in(principal_)) return abort();
    shared_.metrics.events_sent(events_->take(out_));
    if (out_.empty() && heartbeat_due_) out_ = kHeartbeatFrame;
    heartbeat_due_ = false;
    send();
  }

  // Nearly always the socket takes all at once.
  void send() {
    if constexpr (!kIsTls<Stream>) {
      error_code error;
      if (!out_.empty()) sent_ += stream_.write_some(asio::buffer(out_) + sent_, error);
      if (error && error != asio::error::would_block) return abort();
    }
    if (sent_ == out_.size()) return sent_all();
    writing_ = true;
    deadline = worker_.tick_after(kStreamWriteTimeout);
    stream_.async_write_some(
        asio::buffer(out_) + sent_,
        [self = this->shared_from_this()](error_code error, std::size_t bytes) { self->wrote(error, bytes); });
  }

  void wrote(error_code error, std::size_t bytes) {
    writing_ = false;
    if (!events_) return;
    if (error) return abort();
    sent_ += bytes;
    // While it wrote, events may have come.
    if (sent_ < out_.size()) return send();
    release();
    take();
  }

  void sent_all() {
    release();
    deadline = worker_.tick_after(shared_.options.event_heartbeat);
  }

  void release() {
    out_.clear();
    sent_ = 0;
    if (out_.capacity() > kStreamKeptBytesMax) std::string().swap(out_);
  }

  Stream stream_;
  HttpShared& shared_;
  const Principal principal_;
  std::shared_ptr<EventSubscription> events_;  // none: it has ended
  std::string out_;
  std::size_t sent_ = 0;  // bytes of it that are
  bool writing_ = false;
  bool heartbeat_due_ = false;
  std::array<char, 512> unread_;
};

template <typename Stream>
void start(Stream stream, Worker& worker, HttpShared& shared, StreamBeginning beginning) {
  std::make_shared<EventStream<Stream>>(std::move(stream), worker, shared, std::move(beginning))->start();
}

}  // namespace

void stream_events(Socket socket, Worker& worker, HttpShared& shared, StreamBeginning beginning) {
  start(std::move(socket), worker, shared, std::move(beginning));
}

void stream_events(TlsStream stream, Worker& worker, HttpShared& shared, StreamBeginning beginning) {
  start(std::move(stream), worker, shared, std::move(beginning));
}

}  // namespace ringdex::server

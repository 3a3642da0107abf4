#include "bench/load/load_run.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/load/client_socket.h"

namespace ringdex::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::size_t kInputBytes = std::size_t{1} << 18;
constexpr std::uint64_t kErrorsMax = 1'000;
constexpr std::chrono::seconds kDrain{10};  // how long after the end answers are awaited

struct Connection {
  Descriptor socket;
  std::vector<char> input = std::vector<char>(kInputBytes);
  std::size_t input_size = 0;
  std::array<char, kRequestBytesMax> output;
  std::size_t output_size = 0;
  std::size_t output_sent = 0;
  Clock::time_point start;  // when the request should have been sent
  bool busy = false;
  bool known = false;
};

class LoadRun {
 public:
  LoadRun(const LoadOptions& options, const LoadProtocol& protocol, const People& people)
      : options_(options),
        protocol_(protocol),
        people_(people),
        draw_(options.draw),
        connections_(options.connections) {
    if (epoll_.get() < 0) throw system_problem("epoll");
    // Timers that fire at their time, not up to 50 us later.
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    idle_.reserve(connections_.size());
    if (!protocol_.connects_each_time()) {
      for (Connection& connection : connections_) connect(connection);
    }
  }

  LoadResult run() {
    begin_ = Clock::now();
    count_from_ = begin_ + options_.warm_up;
    end_ = count_from_ + options_.duration;
    for (Connection& connection : connections_) idle_.push_back(&connection);
    while (true) {
      const Clock::time_point now = Clock::now();
      send_due(now);
      if (now >= end_ && idle_.size() == connections_.size() && next_due() >= end_) break;
      if (now >= end_ + kDrain) {
        give_up(now);
        break;
      }
      wait(now);
    }
    // An open loop that fell behind took longer than it was to take.
    const Clock::time_point last = std::max(end_, last_answer_);
    result_.seconds = std::chrono::duration<double>(last - count_from_).count();
    return result_;
  }

 private:
  bool open_loop() const { return options_.rate != 0; }

  Clock::time_point next_due() const {
    if (!open_loop()) return end_;
    return begin_ + nanoseconds(static_cast<nanoseconds::rep>(sent_ * 1'000'000'000 / options_.rate));
  }

  void send_due(Clock::time_point now) {
    while (!idle_.empty()) {
      const Clock::time_point due = open_loop() ? next_due() : now;
      if (due >= end_ || due > now) return;
      Connection& connection = *idle_.back();
      idle_.pop_back();
      send_next(connection, due, now);
    }
  }

  void send_next(Connection& connection, Clock::time_point due, Clock::time_point now) {
    ++sent_;
    connection.known = draw_.below(100) >= options_.unknown_percent;
    const auto number =
        connection.known ? people_.known_number(options_.people, draw_) : people_.unknown_number(draw_.next());
    connection.output_size = protocol_.write_request(number, connection.output);
    connection.output_sent = 0;
    connection.start = due;
    connection.busy = true;
    if (open_loop() && due >= count_from_) result_.lateness.record(now - std::max(due, idle_since_));
    if (protocol_.connects_each_time()) connect(connection);
    flush(connection);
  }

  void flush(Connection& connection) {
    while (connection.output_sent < connection.output_size) {
      const ssize_t sent = ::send(connection.socket.get(), connection.output.data() + connection.output_sent,
                                  connection.output_size - connection.output_sent, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      if (sent < 0) return replace(connection);
      connection.output_sent += static_cast<std::size_t>(sent);
    }
  }

  void wait(Clock::time_point now) {
    const bool waits_for_time = open_loop() && !idle_.empty() && next_due() < end_;
    const Clock::time_point until = waits_for_time ? next_due() : now < end_ ? end_ : end_ + kDrain;
    const auto left = std::max<nanoseconds::rep>(0, nanoseconds(until - now).count());
    const timespec limit{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), &limit, nullptr);
    if (count < 0 && errno != EINTR) throw system_problem("epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      Connection& connection = *static_cast<Connection*>(events_[static_cast<std::size_t>(i)].data.ptr);
      if ((events_[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) {
        watch(connection, EPOLL_CTL_MOD, EPOLLIN);
        flush(connection);
      }
      if ((events_[static_cast<std::size_t>(i)].events & ~EPOLLOUT) != 0) receive(connection);
    }
  }

  void receive(Connection& connection) {
    const ssize_t got = ::recv(connection.socket.get(), connection.input.data() + connection.input_size,
                               connection.input.size() - connection.input_size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    const bool ended = got == 0 && protocol_.connects_each_time();
    if (got <= 0 && !ended) return replace(connection);
    connection.input_size += static_cast<std::size_t>(got);
    if (protocol_.connects_each_time() && !ended) return say_back(connection, static_cast<std::size_t>(got));
    const Reply reply = protocol_.read_reply({connection.input.data(), connection.input_size});
    if (reply.state == Reply::State::incomplete && connection.input_size < connection.input.size()) return;
    // One request is asked at a time, so nothing may follow its reply.
    const bool whole = reply.state == Reply::State::good && reply.bytes == connection.input_size && connection.busy;
    if (!whole) return replace(connection);
    take(connection, reply);
  }

  // Short enough to be taken at once.
  void say_back(Connection& connection, std::size_t fresh) {
    if (connection.input_size == connection.input.size()) return replace(connection);
    const std::string_view text = protocol_.say_back({connection.input.data() + connection.input_size - fresh, fresh});
    if (text.empty()) return;
    if (::send(connection.socket.get(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
      replace(connection);
  }

  void take(Connection& connection, const Reply& reply) {
    const Clock::time_point now = Clock::now();
    if (options_.check && reply.found != connection.known) ++result_.wrong;
    if (connection.start >= count_from_ && (open_loop() || now <= end_)) {
      result_.latency.record(now - connection.start);
      ++result_.answers;
      result_.body_bytes += reply.body_bytes;
      last_answer_ = now;
    }
    connection.input_size = 0;
    if (protocol_.connects_each_time()) connection.socket.replace(-1);
    set_idle(connection, now);
    if (!open_loop()) send_due(now);
  }

  void set_idle(Connection& connection, Clock::time_point now) {
    connection.busy = false;
    if (idle_.empty()) idle_since_ = now;
    idle_.push_back(&connection);
  }

  // A request that broke counts as an error and with the time that it took.
  void replace(Connection& connection) {
    if (++result_.errors > kErrorsMax) throw std::runtime_error(fmt::format("more than {} errors", kErrorsMax));
    connection.socket.replace(-1);
    if (!protocol_.connects_each_time()) connect(connection);
    if (!connection.busy) return;
    const Clock::time_point now = Clock::now();
    if (connection.start >= count_from_) result_.latency.record(now - connection.start);
    set_idle(connection, now);
  }

  void give_up(Clock::time_point now) {
    for (const Connection& connection : connections_) {
      if (connection.busy) count_unanswered(now, connection.start);
    }
    for (; open_loop() && next_due() < end_; ++sent_) count_unanswered(now, next_due());
  }
  void count_unanswered(Clock::time_point now, Clock::time_point due) {
    if (due < count_from_) return;
    ++result_.unanswered;
    result_.latency.record(now - due);
  }

  void connect(Connection& connection) {
    connection.socket.replace(connect_to(options_.host, options_.port));
    greet(connection);
    connection.input_size = 0;
    stop_waiting_on(connection.socket);
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  }

  // Still blocking.
  void greet(Connection& connection) {
    const std::string greeting = protocol_.greeting();
    if (greeting.empty()) return;
    if (::send(connection.socket.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(greeting.size()))
      throw system_problem("send");
    connection.input_size = 0;
    while (true) {
      const ssize_t got = ::recv(connection.socket.get(), connection.input.data() + connection.input_size,
                                 connection.input.size() - connection.input_size, 0);
      if (got <= 0) throw std::runtime_error("the server closed the connection at its start");
      connection.input_size += static_cast<std::size_t>(got);
      const std::string_view bytes(connection.input.data(), connection.input_size);
      const Reply reply = protocol_.read_greeting(bytes);
      if (reply.state == Reply::State::good) return;
      if (reply.state == Reply::State::bad)
        throw std::runtime_error(fmt::format("the server refused the connection: {}", bytes));
    }
  }

  void watch(Connection& connection, int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_.get(), operation, connection.socket.get(), &event) != 0) throw system_problem("epoll_ctl");
  }

  const LoadOptions& options_;
  const LoadProtocol& protocol_;
  const People& people_;
  Draw draw_;
  Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::array<epoll_event, 256> events_{};
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  std::uint64_t sent_ = 0;
  Clock::time_point begin_, count_from_, end_, last_answer_;
  Clock::time_point idle_since_;  // when a connection became free after none was
  LoadResult result_;
};

}  // namespace

std::expected<LoadResult, std::string> run_load(const LoadOptions& options, const LoadProtocol& protocol,
                                                const People& people) {
  try {
    // The histograms are too large for the stack.
    return std::make_unique<LoadRun>(options, protocol, people)->run();
  } catch (const std::exception& problem) {
    return std::unexpected(problem.what());
  }
}

}  // namespace ringdex::bench

#include "bench/ring_run.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/listener_input.h"
#include "bench/load/client_socket.h"
#include "bench/load/load_protocol.h"

namespace ringdex::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::size_t kAnswerBytesMax = std::size_t{1} << 18;
constexpr std::size_t kInputBytes = std::size_t{1} << 16;  // of one read of a listener
constexpr std::uint64_t kErrorsMax = 1'000;
constexpr std::chrono::seconds kListeningMax{20};
constexpr std::chrono::seconds kDrain{10};          // how long after the end answers and events are awaited
constexpr std::chrono::milliseconds kSilence{100};  // afterwards, in which nothing may come

// A connection that rings, one request at a time.
struct Caller {
  Descriptor socket;
  std::vector<char> input = std::vector<char>(kAnswerBytesMax);
  std::size_t input_size = 0;
  Clock::time_point due;  // when the ring should have been sent
  std::size_t ring = 0;
  bool counted = false;
  bool busy = false;
  bool known = false;
};

struct Listener {
  Descriptor socket;
  ListenerInput input;
  bool ready = false;
};

class RingRun {
 public:
  RingRun(const RingOptions& options, const People& people)
      : options_(options),
        people_(people),
        draw_(options.draw),
        ledger_(fmt::format("ring-{}-", options.draw), options.agents, options.account_listeners, rings_expected()),
        callers_(options.connections),
        listeners_(ledger_.listeners()) {
    if (epoll_.get() < 0) throw system_problem("epoll");
    // Timers that fire at their time, not up to 50 us later.
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    heard_.reserve(256);
    for (Caller& caller : callers_) connect(caller);
    for (std::size_t i = 0; i < listeners_.size(); ++i) listen(i);
  }

  RingResult run() {
    const Clock::time_point opened = Clock::now();
    while (ready_ < listeners_.size()) {
      if (Clock::now() >= opened + kListeningMax) throw std::runtime_error("not all listeners are ready in time");
      wait(opened + kListeningMax);
    }
    std::fputs("listening\n", stderr);
    begin_ = Clock::now();
    count_from_ = begin_ + options_.warm_up;
    end_ = count_from_ + options_.duration;
    for (Caller& caller : callers_) idle_.push_back(&caller);
    ring_and_hear();
    for (const auto until = Clock::now() + kSilence; Clock::now() < until;) wait(until);
    result_.seconds = std::chrono::duration<double>(std::max(end_, last_answer_) - count_from_).count();
    result_.faults = ledger_.close();
    result_.events = ledger_.heard();
    result_.event = ledger_.latency();
    result_.account_event = ledger_.account_latency();
    return result_;
  }

 private:
  std::size_t rings_expected() const {
    const double seconds = std::chrono::duration<double>(options_.warm_up + options_.duration).count();
    return static_cast<std::size_t>(seconds * static_cast<double>(options_.rate)) + 1;
  }

  void ring_and_hear() {
    while (true) {
      const Clock::time_point now = Clock::now();
      send_due(now);
      const bool all_sent = next_due() >= end_;
      const bool all_told = idle_.size() == callers_.size() && ledger_.outstanding() == 0;
      if (now >= end_ && all_sent && all_told) return;
      if (now >= end_ + kDrain) return give_up();
      wait(!idle_.empty() && !all_sent ? next_due() : now < end_ ? end_ : end_ + kDrain);
    }
  }

  Clock::time_point next_due() const {
    if (options_.rate == 0) return end_;
    return begin_ + nanoseconds(static_cast<nanoseconds::rep>(sent_ * 1'000'000'000 / options_.rate));
  }

  void send_due(Clock::time_point now) {
    while (!idle_.empty()) {
      const Clock::time_point due = next_due();
      if (due >= end_ || due > now) return;
      Caller& caller = *idle_.back();
      idle_.pop_back();
      ring(caller, due, now);
    }
  }

  void ring(Caller& caller, Clock::time_point due, Clock::time_point now) {
    ++sent_;
    const auto agent = static_cast<std::size_t>(draw_.below(options_.agents));
    caller.known = draw_.below(100) >= options_.unknown_percent;
    const auto number =
        caller.known ? people_.known_number(options_.people, draw_) : people_.unknown_number(draw_.next());
    caller.due = due;
    caller.counted = due >= count_from_;
    caller.ring = ledger_.begin(agent, due, caller.counted);
    caller.busy = true;
    if (caller.counted) result_.lateness.record(now - std::max(due, idle_since_));
    std::array<char, kRequestBytesMax> body;
    const auto body_end = fmt::format_to_n(
        body.data(), body.size(), R"({{"call_id":"{}{}","from":"+{}","to":"+12125550100","agent":"agent-{}"}})",
        ledger_.prefix(), caller.ring, number.packed(), agent);
    std::array<char, kRequestBytesMax> request;
    const auto request_end = fmt::format_to_n(
        request.data(), request.size(),
        "POST /v1/calls HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        options_.host, body_end.size, std::string_view(body.data(), body_end.size));
    if (request_end.size > request.size()) throw std::runtime_error("a ring's request is too long");
    // So little fits into a socket whose last request was answered.
    if (::send(caller.socket.get(), request.data(), request_end.size, MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request_end.size)) {
      replace(caller);
    }
  }

  void wait(Clock::time_point until) {
    const auto left = std::max<nanoseconds::rep>(0, nanoseconds(until - Clock::now()).count());
    const timespec limit{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), &limit, nullptr);
    if (count < 0 && errno != EINTR) throw system_problem("epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      const std::size_t which = events_[static_cast<std::size_t>(i)].data.u64;
      if (which < callers_.size()) {
        receive(callers_[which]);
      } else {
        hear(which - callers_.size());
      }
    }
  }

  void receive(Caller& caller) {
    const ssize_t got = ::recv(caller.socket.get(), caller.input.data() + caller.input_size,
                               caller.input.size() - caller.input_size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return replace(caller);
    caller.input_size += static_cast<std::size_t>(got);
    const Reply reply = read_http_reply({caller.input.data(), caller.input_size});
    if (reply.state == Reply::State::incomplete && caller.input_size < caller.input.size()) return;
    // Nothing may follow the answer of the one request.
    if (reply.state != Reply::State::good || reply.bytes != caller.input_size || !caller.busy) return replace(caller);
    const Clock::time_point now = Clock::now();
    if (caller.known ? !reply.found : reply.found && !options_.creates) ++result_.wrong;
    if (caller.counted) {
      result_.answer.record(now - caller.due);
      ++result_.answers;
      last_answer_ = now;
    }
    caller.input_size = 0;
    set_idle(caller, now);
  }

  void set_idle(Caller& caller, Clock::time_point now) {
    caller.busy = false;
    if (idle_.empty()) idle_since_ = now;
    idle_.push_back(&caller);
  }

  void replace(Caller& caller) {
    if (++result_.errors > kErrorsMax) throw std::runtime_error(fmt::format("more than {} errors", kErrorsMax));
    connect(caller);
    if (!caller.busy) return;
    ledger_.forget(caller.ring);
    set_idle(caller, Clock::now());
  }

  void hear(std::size_t which) {
    Listener& listener = listeners_[which];
    const ssize_t got = ::recv(listener.socket.get(), input_.data(), input_.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) throw std::runtime_error(fmt::format("the server closed the stream of listener {}", which));
    const Clock::time_point now = Clock::now();
    heard_.clear();
    if (!listener.input.read({input_.data(), static_cast<std::size_t>(got)}, heard_))
      throw std::runtime_error(fmt::format("the server sends no events to listener {}", which));
    for (const server::ReceivedEvent& event : heard_) {
      if (event.type == "ready" && !std::exchange(listener.ready, true)) ++ready_;
      ledger_.hear(which, event.id, event.type, event.data, now);
    }
  }

  // What waits for an answer counts with the time waited.
  void give_up() {
    const Clock::time_point now = Clock::now();
    const auto count = [&](Clock::time_point due) {
      ++result_.unanswered;
      if (due >= count_from_) result_.answer.record(now - due);
    };
    for (const Caller& caller : callers_) {
      if (caller.busy) count(caller.due);
    }
    for (; next_due() < end_; ++sent_) count(next_due());
  }

  void connect(Caller& caller) {
    caller.socket.replace(connect_to(options_.host, options_.port));
    caller.input_size = 0;
    watch(caller.socket, static_cast<std::size_t>(&caller - callers_.data()));
  }

  void listen(std::size_t which) {
    Listener& listener = listeners_[which];
    listener.socket.replace(connect_to(options_.host, options_.port));
    const std::string agent = which < options_.agents ? fmt::format("?agent=agent-{}", which) : "";
    const std::string request =
        fmt::format("GET /v1/events{} HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n\r\n", agent, options_.host);
    if (::send(listener.socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      throw system_problem("send");
    watch(listener.socket, callers_.size() + which);
  }

  void watch(const Descriptor& socket, std::size_t which) {
    stop_waiting_on(socket);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = which;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) throw system_problem("epoll_ctl");
  }

  const RingOptions& options_;
  const People& people_;
  Draw draw_;
  RingLedger ledger_;
  Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::array<epoll_event, 256> events_{};
  std::array<char, kInputBytes> input_;
  std::vector<server::ReceivedEvent> heard_;
  std::vector<Caller> callers_;
  std::vector<Caller*> idle_;
  std::vector<Listener> listeners_;
  std::size_t ready_ = 0;
  std::uint64_t sent_ = 0;
  Clock::time_point begin_, count_from_, end_, last_answer_;
  Clock::time_point idle_since_;  // when a connection became free after none was
  RingResult result_;
};

}  // namespace

std::expected<RingResult, std::string> run_rings(const RingOptions& options, const People& people) {
  try {
    // The histograms are too large for the stack.
    return std::make_unique<RingRun>(options, people)->run();
  } catch (const std::exception& problem) {
    return std::unexpected(problem.what());
  }
}

}  // namespace ringdex::bench

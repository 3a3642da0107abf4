#include "tests/support/fakes/fake_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

FakeRequest to_fake(const httplib::Request& request) {
  FakeRequest fake{request.method, request.path, request.target, request.params, {}, request.body};
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    fake.headers.emplace(std::move(lower), value);
  }
  return fake;
}

}  // namespace

std::string FakeRequest::param(const std::string& name) const {
  const auto found = params.find(name);
  return found == params.end() ? std::string() : found->second;
}

std::string FakeRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

struct FakeServer::State {
  Clock clock;
  Answer answer;
  FakeCommands commands;

  mutable std::mutex mutex;
  // Under mutex.
  std::vector<FakeFault> faults;
  std::uint64_t faults_met = 0;
  std::chrono::milliseconds latency{0};
  unsigned stall_generation = 0;
  bool ending = false;
  std::condition_variable stalled;

  std::unique_ptr<httplib::Server> server;
  std::thread thread;
  int port = 0;
  bool tls = false;

  std::optional<FakeFault> fault_for(const FakeRequest& request) {
    for (auto fault = faults.begin(); fault != faults.end(); ++fault) {
      if (request.target.find(fault->path_part) == std::string::npos) continue;
      FakeFault met = *fault;
      if (--fault->times == 0) faults.erase(fault);
      ++faults_met;
      return met;
    }
    return std::nullopt;
  }

  void serve(const httplib::Request& request, httplib::Response& response) {
    const FakeRequest asked = to_fake(request);
    std::unique_lock lock(mutex);
    const auto fault = fault_for(asked);
    const FakeFault::Kind kind = fault ? fault->kind : FakeFault::Kind::answer;
    const bool is_real = !fault || kind == FakeFault::Kind::truncate;
    FakeAnswer given = is_real ? answer(asked) : FakeAnswer{fault->status, fault->body, fault->headers};
    response.set_header("Date", text::format_http_date(clock()));
    const unsigned generation = stall_generation;
    if (kind == FakeFault::Kind::stall) {
      stalled.wait(lock, [&] { return ending || generation != stall_generation; });
    } else if (latency.count() > 0) {
      stalled.wait_for(lock, latency, [&] { return ending; });
    }
    lock.unlock();
    response.status = given.status;
    std::string type = "application/json; charset=utf-8";
    for (const auto& [name, value] : given.headers) {
      if (name == "Content-Type") {
        type = value;
      } else {
        response.set_header(name, value);
      }
    }
    if (kind == FakeFault::Kind::close) {
      // A body that is announced and never comes: the connection ends inside the answer.
      response.set_content_provider(1000, type, [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
      return;
    }
    if (kind == FakeFault::Kind::truncate) given.body.resize(given.body.size() / 2);
    response.set_content(std::move(given.body), type);
  }
};

FakeServer::FakeServer(const FakeServerOptions& options, Clock clock, Answer answer, FakeCommands commands)
    : state_(std::make_unique<State>()) {
  auto& state = *state_;
  state.clock = std::move(clock);
  state.answer = std::move(answer);
  state.commands = std::move(commands);
  state.commands.push_back({"fault", {"path", "status", "times"}, [this](const FakeArguments& given) {
                              FakeFault fault;
                              fault.path_part = given.text("path");
                              fault.status = static_cast<int>(given.number("status"));
                              fault.times = static_cast<unsigned>(std::max<std::uint64_t>(given.number("times"), 1));
                              if (fault.status == 0) fault.kind = FakeFault::Kind::close;
                              add_fault(fault);
                              return "the next " + std::to_string(fault.times) + " requests fail";
                            }});
  state.tls = !options.certificate_file.empty();
  if (state.tls) {
    state.server = std::make_unique<httplib::SSLServer>(options.certificate_file.c_str(), options.key_file.c_str());
  } else {
    state.server = std::make_unique<httplib::Server>();
  }
  auto& server = *state.server;
  // A connection that is kept open holds a thread of this server.
  server.new_task_queue = [] { return new httplib::ThreadPool(16); };
  server.set_keep_alive_timeout(1);
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  // Before routing, since a script's POST may come without a body and even without its length.
  server.set_pre_routing_handler([&state](const httplib::Request& request, httplib::Response& response) {
    constexpr std::string_view kPrefix = "/_fake/";
    if (!request.path.starts_with(kPrefix)) return httplib::Server::HandlerResponse::Unhandled;
    const FakeArguments arguments{{request.params.begin(), request.params.end()}};
    const std::string name = request.path.substr(kPrefix.size());
    response.set_content(run_fake_command(state.commands, name, arguments) + "\n", "text/plain");
    response.set_header("Connection", "close");  // a body, if there is one, stays unread
    return httplib::Server::HandlerResponse::Handled;
  });
  const auto serve = [&state](const httplib::Request& request, httplib::Response& response) {
    state.serve(request, response);
  };
  server.Get(R"(/.*)", serve).Post(R"(/.*)", serve).Put(R"(/.*)", serve).Delete(R"(/.*)", serve).Patch(R"(/.*)", serve);
  if (options.port == 0) {
    state.port = server.bind_to_any_port("127.0.0.1");
  } else if (server.bind_to_port("127.0.0.1", options.port)) {
    state.port = options.port;
  }
  if (state.port <= 0) throw std::runtime_error("the fake CRM could not be bound to its port");
  state.thread = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
}

FakeServer::~FakeServer() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->ending = true;
  }
  state_->stalled.notify_all();
  state_->server->stop();
  state_->thread.join();
}

std::string FakeServer::base_url() const {
  return fmt::format("{}://{}:{}", state_->tls ? "https" : "http", state_->tls ? "localhost" : "127.0.0.1",
                     state_->port);
}

std::string FakeServer::command(const std::string& line) {
  return run_fake_command(state_->commands, line);
}

std::mutex& FakeServer::mutex() const {
  return state_->mutex;
}

void FakeServer::add_fault(FakeFault fault) {
  const std::scoped_lock lock(state_->mutex);
  if (fault.times > 0) state_->faults.push_back(std::move(fault));
}

void FakeServer::clear_faults() {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.clear();
}

void FakeServer::release_stalls() {
  {
    const std::scoped_lock lock(state_->mutex);
    ++state_->stall_generation;
  }
  state_->stalled.notify_all();
}

void FakeServer::set_latency(std::chrono::milliseconds latency) {
  const std::scoped_lock lock(state_->mutex);
  state_->latency = latency;
}

std::uint64_t FakeServer::faults_met() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->faults_met;
}

}  // namespace ringdex::test_support

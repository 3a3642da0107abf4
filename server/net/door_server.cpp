#include "server/net/door_server.h"

#include <fmt/core.h>

#include <boost/asio/post.hpp>
#include <thread>

#include "config/logging/log.h"

namespace ringdex::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kStopPoll{5};
constexpr std::chrono::milliseconds kAcceptPause{100};

// What a connection throws (no memory, no descriptor) ends that connection, which nothing holds any more, and no other.
void run(asio::io_context& context) {
  while (true) {
    try {
      context.run();
      return;
    } catch (const std::exception& error) {
      log::error("a connection is dropped: {}", error.what());
    }
  }
}

}  // namespace

std::expected<asio::ssl::context, std::string> tls_context(const DoorServerOptions& options) {
  try {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1 | asio::ssl::context::single_dh_use);
    context.use_certificate_chain_file(options.tls_certificate);
    context.use_private_key_file(options.tls_key, asio::ssl::context::pem);
    return context;
  } catch (const boost::system::system_error& error) {
    return std::unexpected(fmt::format("cannot use the TLS certificate {} with the key {}: {}", options.tls_certificate,
                                       options.tls_key, error.what()));
  }
}

DoorServer::DoorServer(DoorServerOptions options, Serve serve, DoorMetrics& metrics)
    : options_(std::move(options)), serve_(std::move(serve)), metrics_(metrics) {}

DoorServer::~DoorServer() {
  stop(std::chrono::milliseconds(0));
  close();
}

std::expected<void, std::string> DoorServer::start() {
  if (!options_.tls_certificate.empty()) {
    auto context = tls_context(options_);
    if (!context) return std::unexpected(context.error());
    tls_.emplace(std::move(*context));
  }
  for (unsigned i = 0; i < std::max(1u, options_.threads); ++i) {
    auto& worker = *workers_.emplace_back(std::make_unique<Worker>());
    guards_.push_back(asio::make_work_guard(worker.context));
  }
  if (auto listening = listen(); !listening) return listening;
  accept();
  for (auto& worker : workers_) {
    tick(*worker);
    worker->thread = std::jthread([&context = worker->context] { run(context); });
  }
  started_ = true;
  return {};
}

std::expected<void, std::string> DoorServer::listen() {
  const std::string where = fmt::format("{}:{}", options_.host, options_.port);
  try {
    tcp::resolver resolver(workers_[0]->context);
    const auto found = resolver.resolve(options_.host, std::to_string(options_.port), tcp::resolver::passive);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.emplace(workers_[0]->context);
    acceptor_->open(endpoint.protocol());
    acceptor_->set_option(tcp::acceptor::reuse_address(true));
    acceptor_->bind(endpoint);
    acceptor_->listen(tcp::acceptor::max_listen_connections);
    port_ = acceptor_->local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    return std::unexpected(fmt::format("cannot listen on {}: {}", where, error.code().message()));
  }
  return {};
}

// The next one is waited for before this one is served: what that throws must not shut the door.
void DoorServer::accept() {
  Worker& worker = *workers_[next_worker_++ % workers_.size()];
  acceptor_->async_accept([this, &worker](error_code error, tcp::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (error) {
      // Out of file descriptors or the like: a pause lets connections end.
      log::error("cannot accept a connection: {}", error.message());
      auto timer = std::make_shared<asio::steady_timer>(workers_[0]->context, kAcceptPause);
      timer->async_wait([this, timer](error_code) { accept(); });
      return;
    }
    accept();
    if (metrics_.connections() >= options_.connections_max) return metrics_.connection_refused();
    const auto protocol = socket.local_endpoint(error).protocol();
    const auto descriptor = socket.release(error);
    Accepted accepted{protocol, descriptor, tls_ ? &*tls_ : nullptr, CountedConnection(metrics_)};
    asio::post(worker.context,
               [this, &worker, accepted = std::move(accepted)]() mutable { serve_(std::move(accepted), worker); });
  });
}

void DoorServer::tick(Worker& worker) {
  worker.timer.expires_after(Worker::kTick);
  worker.timer.async_wait([this, &worker](error_code error) {
    if (error) return;
    tick(worker);
    ++worker.ticks;
    for (Connection* connection : worker.connections) {
      if (connection->deadline <= worker.ticks) connection->expire();
    }
  });
}

void DoorServer::begin_stop() {
  if (!started_ || stopping_.exchange(true)) return;
  asio::post(workers_[0]->context, [this] {
    error_code ignored;
    acceptor_->close(ignored);
  });
  for (auto& worker : workers_) {
    asio::post(worker->context, [&connections = worker->connections] {
      for (Connection* connection : connections) connection->finish();
    });
  }
}

void DoorServer::stop(std::chrono::milliseconds deadline) {
  if (!started_ || guards_.empty()) return;
  begin_stop();
  const Metrics::Timer waited;
  while (metrics_.connections() > 0 && waited.elapsed() < deadline) std::this_thread::sleep_for(kStopPoll);
  guards_.clear();
  for (auto& worker : workers_) worker->context.stop();
  for (auto& worker : workers_) worker->thread.join();
}

void DoorServer::close() {
  acceptor_.reset();
  workers_.clear();
}

}  // namespace ringdex::server

#include "server/system/deferred.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "config/logging/log.h"

namespace ringdex::server {
namespace {

void run_safely(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    log::error("what came late for a call is lost: {}", error.what());
  }
}

}  // namespace

void Deferred::run(std::function<void()> work) {
  boost::asio::post(thread_, [work = std::move(work)] { run_safely(work); });
}

void Deferred::run_after(std::chrono::milliseconds wait, std::function<void()> work) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(thread_, wait);
  timer->async_wait([timer, work = std::move(work)](boost::system::error_code error) {
    if (!error) run_safely(work);
  });
}

void Deferred::stop() {
  thread_.stop();
  thread_.join();
}

}  // namespace ringdex::server

#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "server/net/connection.h"

namespace ringdex::server {

// The one way in which a connection leaves its own thread: `work(session)` runs on one of `threads`, which may wait or
// read the disk, and touches nothing that changes meanwhile; then `then(session, what it gave)` runs on the
// connection's own thread. The session is kept alive until that is done.
template <typename Session, typename Work, typename Then>
void run_apart(boost::asio::thread_pool& threads, Worker& worker, std::shared_ptr<Session> session, Work work,
               Then then) {
  boost::asio::post(threads, [&worker, session = std::move(session), work = std::optional(std::move(work)),
                              then = std::move(then)]() mutable {
    // What the work holds, such as a permit to wait, is given back before the answer is on its way.
    auto result = [&] { return std::exchange(work, std::nullopt).value()(*session); }();
    boost::asio::post(worker.context, [session = std::move(session), then = std::move(then),
                                       result = std::move(result)]() mutable { then(*session, std::move(result)); });
  });
}

}  // namespace ringdex::server

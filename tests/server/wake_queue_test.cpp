#include "server/net/wake_queue.h"

#include <doctest/doctest.h>

#include <vector>

namespace ringdex::server {
namespace {

class Stream : public TakesTurns {
 public:
  Stream(std::vector<int>& turns, int name) : turns_(turns), name_(name) {}
  void take_turn() override { turns_.push_back(name_); }

 private:
  std::vector<int>& turns_;
  const int name_;
};

TEST_CASE("turns come in order, a few at a time, and not for who is gone") {
  boost::asio::io_context context;
  WakeQueue turns(context);
  std::vector<int> taken;
  std::vector<std::shared_ptr<Stream>> streams;
  for (int name = 0; name < 10; ++name) {
    streams.push_back(std::make_shared<Stream>(taken, name));
    turns.add(streams.back());
  }
  streams[1].reset();
  // Between two rounds the thread does what else there is.
  CHECK(context.poll_one() == 1);
  CHECK(taken == std::vector<int>{0, 2, 3});
  turns.add(streams[0]);
  CHECK(context.poll_one() == 1);
  CHECK(taken.size() == 7);
  CHECK(context.poll() == 1);
  CHECK(taken == std::vector<int>{0, 2, 3, 4, 5, 6, 7, 8, 9, 0});
  context.restart();
  turns.add(streams[5]);
  CHECK(context.poll() == 1);
  CHECK(taken.back() == 5);
}

}  // namespace
}  // namespace ringdex::server

#pragma once

#include <memory>
#include <string>

#include "server/events/event_hub.h"
#include "server/http/http_server.h"
#include "server/net/socket.h"

namespace ringdex::server {

struct StreamBeginning {
  std::shared_ptr<EventSubscription> events;
  Principal principal;
  std::string out;  // what is to be sent first
};

// The rest of a connection whose request was answered with a stream of events: sends events as they come, and a
// heartbeat where none do, until the client closes, is too slow, its key is taken back, its browser signs out or the
// server stops. Keeps itself alive. To be called on the worker's thread, with nothing under way on the socket.
void stream_events(Socket socket, Worker& worker, HttpShared& shared, StreamBeginning beginning);
void stream_events(TlsStream stream, Worker& worker, HttpShared& shared, StreamBeginning beginning);

}  // namespace ringdex::server

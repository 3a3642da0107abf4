#pragma once

#include <memory>
#include <string>

#include "server/event_hub.h"
#include "server/http_server.h"
#include "server/http_socket.h"

namespace ringdex::server {

// The rest of a connection whose request was answered with a stream of events: sends `out`, then events as they come
// and a heartbeat where none do, until the client closes, is too slow or the server stops. Keeps itself alive. To be
// called on the worker's thread, with nothing under way on the socket.
void stream_events(HttpSocket socket, HttpWorker& worker, HttpShared& shared, std::shared_ptr<EventSubscription> events,
                   std::string out);
void stream_events(HttpTlsStream stream, HttpWorker& worker, HttpShared& shared,
                   std::shared_ptr<EventSubscription> events, std::string out);

}  // namespace ringdex::server

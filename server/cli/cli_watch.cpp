#include "server/cli/cli_watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include "server/cli/event_reader.h"
#include "telephony/text/json_layout.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::chrono::seconds kPauseMin{1};
constexpr std::chrono::seconds kPauseMax{10};

std::optional<std::time_t> time_from(text::JsonView value) {
  std::tm parts{};
  if (strptime(value.text_or_empty().c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return timegm(&parts);
}

// When it happened, as far as the call says: an event may be told long after.
std::optional<std::time_t> time_of(const std::string& type, text::JsonView call) {
  if (type == "ringing") return time_from(call["started_at"]);
  if (type == "answered") return time_from(call["answered_at"]);
  if (type == "ended") return time_from(call["ended_at"]);
  return std::nullopt;
}

class Watch {
 public:
  Watch(const CliOptions& options, const std::function<std::time_t()>& now) : options_(options), now_(now) {}

  ExitCode run() {
    auto pause = kPauseMin;
    bool was_connected = false;
    while (true) {
      ready_ = false;
      const ServerAnswer answer = listen();
      if (answer.status >= 400 && answer.status < 500 && answer.status != 429) return refused(answer);
      was_connected = was_connected || ready_;
      if (answer.status == 0 && !was_connected) {
        complain(answer.error);
        return ExitCode::unreachable;
      }
      if (ready_) pause = kPauseMin;
      const std::string why = answer.status >= 400 ? problem_text(answer.body)
                              : ready_             ? "the connection ended"
                                                   : answer.error;
      complain(fmt::format("{}; trying again in {} s", why, pause.count()));
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kPauseMax);
    }
  }

 private:
  ServerAnswer listen() {
    EventReader reader;
    Query headers = {{"Accept", "text/event-stream"}};
    if (!last_id_.empty()) headers.emplace_back("Last-Event-ID", last_id_);
    return stream(options_.server, "/v1/events", {{"agent", options_.agent}}, headers, [&](std::string_view bytes) {
      std::vector<ReceivedEvent> events;
      const bool good = reader.read(bytes, events);
      for (const ReceivedEvent& event : events) tell(event);
      return good;
    });
  }

  void tell(const ReceivedEvent& event) {
    last_id_ = event.id;
    if (event.type == "ready") {
      ready_ = true;
      complain("listening");
    } else if (event.type == "reset") {
      complain("some events were missed and are no longer remembered");
    } else {
      print(options_.json ? json_line(event) : line(event));
      std::fflush(stdout);
    }
  }

  static std::string json_line(const ReceivedEvent& event) {
    std::string json;
    text::JsonWriter out(json);
    out.open('{').member("id", event.id).member("type", event.type).key("data");
    if (text::JsonDocument::parse(event.data)) {
      out.raw(text::compact(event.data));
    } else {
      out.text(event.data);
    }
    out.close('}');
    return json + "\n";
  }

  std::string line(const ReceivedEvent& event) const {
    const auto data = text::JsonDocument::parse(event.data).value_or(text::JsonDocument());
    std::tm local{};
    const std::time_t at = time_of(event.type, data["call"]).value_or(now_());
    localtime_r(&at, &local);
    std::array<char, 9> time{};
    std::strftime(time.data(), time.size(), "%H:%M:%S", &local);
    return event_text(time.data(), event.type, data);
  }

  ExitCode refused(const ServerAnswer& answer) const {
    complain(problem_text(answer.body));
    return ExitCode::refused;
  }

  const CliOptions& options_;
  const std::function<std::time_t()>& now_;
  std::string last_id_;
  bool ready_ = false;  // on this connection
};

}  // namespace

ExitCode watch_events(const CliOptions& options, const std::function<std::time_t()>& now) {
  // Each line is written out when it is told, so nothing is lost.
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { std::_Exit(0); });
  return Watch(options, now).run();
}

}  // namespace ringdex::server

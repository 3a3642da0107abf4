#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sync/http/crm_api.h"
#include "sync/http/http_client.h"

namespace ringdex::test_support {

// What a ScriptedHttp answers and what it was asked; outlives the clients that share it. One thread.
struct HttpScript {
  using Answer = std::expected<sync::HttpResponse, sync::HttpFailure>;

  std::deque<Answer> answers;                                 // given in this order; then `otherwise`
  std::function<Answer(const sync::HttpRequest&)> otherwise;  // unset: a failure that says so
  std::vector<sync::HttpRequest> asked;

  void add(int status, std::string body, std::map<std::string, std::string> headers = {}) {
    answers.emplace_back(sync::HttpResponse{status, std::move(headers), std::move(body)});
  }
  void fail(sync::HttpFailure::Kind kind) {
    answers.emplace_back(std::unexpected(sync::HttpFailure{kind, "scripted"}));
  }
};

class ScriptedHttp : public sync::HttpClient {
 public:
  explicit ScriptedHttp(HttpScript& script) : script_(script) {}

  HttpScript::Answer send(const sync::HttpRequest& request) override {
    script_.asked.push_back(request);
    if (!script_.answers.empty()) {
      auto answer = std::move(script_.answers.front());
      script_.answers.pop_front();
      return answer;
    }
    if (script_.otherwise) return script_.otherwise(request);
    return std::unexpected(sync::HttpFailure{sync::HttpFailure::Kind::broken, "the script is at its end"});
  }

 private:
  HttpScript& script_;
};

// For a connector: every address leads to the script.
inline std::shared_ptr<sync::MovingHttpClient> scripted(HttpScript& script) {
  return std::make_shared<sync::MovingHttpClient>(
      [&script](const std::string&) { return std::make_unique<ScriptedHttp>(script); }, "https://crm.example");
}

}  // namespace ringdex::test_support

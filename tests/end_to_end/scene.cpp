#include "tests/end_to_end/scene.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "telephony/number/number_parser.h"
#include "telephony/number/number_variants.h"
#include "telephony/number/phone_field.h"
#include "tests/support/test_parser.h"

namespace ringdex::tests {
namespace {

constexpr std::size_t kNumbersPerRequest = 100;

}  // namespace

int free_port() {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(handle, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(handle);
  return ntohs(address.sin_port);
}

test_support::FakeUser person(const std::string& name, const std::string& phone) {
  test_support::FakeUser user;
  user.name = name;
  user.phone = phone;
  user.created_at = user.updated_at =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - std::chrono::hours(1));
  return user;
}

ZendeskScene::ZendeskScene(test_support::FakeZendeskOptions options, std::string extra_source_settings)
    : port_(free_port()) {
  options.webhook_url = fmt::format("http://127.0.0.1:{}/webhooks/default/zendesk-eu", port_);
  options.leave_out_last_minute = false;
  zendesk_ = std::make_unique<test_support::FakeZendesk>(options);
  config_ = fmt::format(R"({{
    "data_dir": "{}/data",
    "http": {{"listen": "127.0.0.1:{}"}},
    "sources": [{{"id": "zendesk-eu", "type": "zendesk", "label": "Zendesk EU", "base_url": "{}",
                  "auth": {{"email": "{}", "token": "{}"}}, "webhook_secret": "{}",
                  "export_requests_per_minute": 100000, "requests_per_minute": 100000 {}}}]
  }})",
                        folder(), port_, zendesk_->base_url(), options.email, options.token, options.webhook_secret,
                        extra_source_settings);
}

std::unique_ptr<RingdexProcess> ZendeskScene::start() const {
  return std::make_unique<RingdexProcess>(RINGDEX_BINARY, folder(), config_);
}

std::vector<std::string> numbers_of(const test_support::FakeUser& user) {
  std::set<std::string> found;
  std::vector<std::string> fields = {user.phone};
  for (const auto& identity : user.identities) {
    if (identity.type == "phone_number") fields.push_back(identity.value);
  }
  for (const auto& field : fields) {
    for (const auto& phone : telephony::read_phone_field(telephony::test_parser(), field, "US")) {
      if (phone.parsed) found.insert(telephony::canonical(phone.parsed->number).to_e164());
    }
  }
  return {found.begin(), found.end()};
}

std::map<std::string, std::set<std::string>> expected_answers(const test_support::FakeZendesk& zendesk) {
  std::map<std::string, std::set<std::string>> expected;
  for (const auto& user : zendesk.users()) {
    const bool shown = user.active && user.role == "end-user";
    for (const auto& number : numbers_of(user)) {
      auto& ids = expected[number];
      if (shown) ids.insert(std::to_string(user.id));
    }
  }
  return expected;
}

std::string differences(const RingdexProcess& ringdex, const test_support::FakeZendesk& zendesk,
                        const std::string& source) {
  const auto expected = expected_answers(zendesk);
  std::string found;
  std::size_t count = 0;
  auto at = expected.begin();
  while (at != expected.end()) {
    nlohmann::json body = {{"numbers", nlohmann::json::array()}};
    auto first = at;
    for (; at != expected.end() && body["numbers"].size() < kNumbersPerRequest; ++at)
      body["numbers"].push_back(at->first);
    const auto answer = ringdex.post("/v1/lookup", body.dump());
    if (answer.status != 200) return "lookup failed: " + answer.text;
    for (const auto& one : answer.body["answers"]) {
      std::set<std::string> ids;
      for (const auto& candidate : one["candidates"]) {
        for (const auto& record : candidate["records"]) {
          const std::string id = record["id"];
          ids.insert(id.substr((source + ":contact:").size()));
        }
      }
      // Only 25 candidates are listed; a busier number is compared by its size.
      const bool same = ids.size() < 25 ? ids == first->second : ids.size() <= first->second.size();
      if (!same && ++count <= 5) {
        found += fmt::format("{}: expected {} people, got {}\n", first->first, first->second.size(), ids.size());
      }
      ++first;
    }
  }
  return count > 5 ? found + fmt::format("and {} more\n", count - 5) : found;
}

}  // namespace ringdex::tests

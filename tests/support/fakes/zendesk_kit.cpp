#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "sync/connectors/zendesk/zendesk.h"
#include "tests/support/fakes/crm_kit.h"
#include "tests/support/fakes/fake_zendesk.h"
#include "tests/support/real_http.h"

namespace ringdex::test_support {
namespace {

using index::RecordId;
using index::RecordKind;

constexpr const char* kFirstRefreshToken = "the-first-refresh-token";

std::uint64_t number_of(const RecordId& id) {
  std::uint64_t number = 0;
  std::from_chars(id.external_id.data(), id.external_id.data() + id.external_id.size(), number);
  return number;
}

class ZendeskKit : public CrmKit {
 public:
  explicit ZendeskKit(const CrmKitOptions& options)
      : clock_(options.clock),
        source_(options.source),
        parser_(options.parser),
        page_rows_(options.page_rows),
        zendesk_(fake_options()),
        credential_(sync::OAuth{"a-client", "a-client-secret", sync::RefreshTokenFlow{kFirstRefreshToken}},
                    real_client(zendesk_.base_url()),
                    {[this] { return kept_token_; },
                     [this](const std::string& token) {
                       kept_token_ = token;
                       return true;
                     }}) {}

  std::string type() const override { return "zendesk"; }
  FakeServer& server() override { return zendesk_.server(); }

  std::unique_ptr<sync::Connector> make_connector() override {
    return sync::make_zendesk_connector({{.source = source_, .region = "US", .phones_max = 10, .emails_max = 10},
                                         "https://acme.zendesk.com",
                                         fake_options().webhook_secret,
                                         page_rows_},
                                        {credential_, export_budget_, account_budget_}, real_http(zendesk_.base_url()),
                                        parser_);
  }

  RecordId add(RecordKind kind, const FakePerson& person) override {
    if (kind != RecordKind::contact) return {};
    FakeUser user;
    apply(user, person);
    return {source_, RecordKind::contact, std::to_string(zendesk_.add_user(std::move(user)))};
  }
  bool change(const RecordId& id, const FakePerson& person) override {
    FakeUser wanted;
    apply(wanted, person);
    return zendesk_.change_user(number_of(id), [&](FakeUser& user) {
      user.name = wanted.name;
      user.phone = wanted.phone;
      user.email = wanted.email;
      user.identities = wanted.identities;
      user.organization_id = wanted.organization_id;
    });
  }
  bool remove(const RecordId& id) override { return zendesk_.delete_user(number_of(id)); }
  // A deletion in Zendesk is final.
  bool restore(const RecordId&) override { return false; }
  bool merge(const RecordId& loser, const RecordId& winner) override {
    return zendesk_.merge(number_of(loser), number_of(winner));
  }
  bool rename_organization(const std::string& from, const std::string& to) override {
    for (const auto& organization : zendesk_.organizations()) {
      if (!organization.deleted && organization.name == from) {
        return zendesk_.rename_organization(organization.id, to);
      }
    }
    return false;
  }

  std::map<RecordId, FakePerson> people() const override {
    std::map<std::uint64_t, std::string> names;
    for (const auto& organization : zendesk_.organizations()) {
      if (!organization.deleted) names[organization.id] = organization.name;
    }
    std::map<RecordId, FakePerson> people;
    for (const auto& user : zendesk_.users()) {
      if (!user.active || user.role != "end-user") continue;
      FakePerson person{user.name, user.organization_id == 0 ? "" : names[user.organization_id], {}, {}};
      if (!user.email.empty()) person.emails.push_back(user.email);
      if (!user.phone.empty()) person.phones.push_back(user.phone);
      for (const auto& identity : user.identities) {
        auto& list = identity.type == "email" ? person.emails : person.phones;
        if (std::ranges::find(list, identity.value) == list.end()) list.push_back(identity.value);
      }
      people[{source_, RecordKind::contact, std::to_string(user.id)}] = std::move(person);
    }
    return people;
  }

  std::vector<sync::WebhookRequest> take_webhooks() override {
    std::vector<sync::WebhookRequest> requests;
    for (auto& body : std::exchange(bodies_, {})) {
      sync::WebhookRequest request;
      for (auto [name, value] : zendesk_.webhook_headers(body)) {
        std::ranges::transform(name, name.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        request.headers.emplace_back(std::move(name), std::move(value));
      }
      request.body = std::move(body);
      requests.push_back(std::move(request));
    }
    return requests;
  }

  void expire_access_token() override { zendesk_.expire_access_token(); }
  void expire_cursors() override { zendesk_.expire_cursors(); }
  void limit_requests_per_minute(std::uint64_t limit) override {
    zendesk_.configure([&](FakeZendeskOptions& options) { options.export_per_minute = limit; });
  }
  void overfill_pages(std::size_t factor) override {
    zendesk_.configure([&](FakeZendeskOptions& options) { options.page_factor = factor; });
  }
  bool empty_next_page() override {
    zendesk_.configure([](FakeZendeskOptions& options) { options.empty_pages = 1; });
    return true;
  }
  bool stand_still(bool on) override {
    zendesk_.configure([&](FakeZendeskOptions& options) { options.stand_still = on; });
    return true;
  }

 private:
  FakeZendeskOptions fake_options() {
    FakeZendeskOptions options;
    options.clock = [&clock = clock_] { return clock.now(); };
    options.refresh_token = kFirstRefreshToken;
    options.webhook_sink = [this](std::string body) { bodies_.push_back(std::move(body)); };
    return options;
  }
  // Numbers beyond the first stand as identities, as Zendesk has it.
  void apply(FakeUser& user, const FakePerson& person) {
    user.name = person.name;
    user.phone = person.phones.empty() ? "" : person.phones.front();
    user.email = person.emails.empty() ? "" : person.emails.front();
    for (std::size_t i = 1; i < person.phones.size(); ++i) {
      user.identities.push_back({0, "phone_number", person.phones[i]});
    }
    for (std::size_t i = 1; i < person.emails.size(); ++i) user.identities.push_back({0, "email", person.emails[i]});
    user.organization_id = person.organization.empty() ? 0 : organization_of(person.organization);
  }
  std::uint64_t organization_of(const std::string& name) {
    for (const auto& organization : zendesk_.organizations()) {
      if (!organization.deleted && organization.name == name) return organization.id;
    }
    return zendesk_.add_organization(name);
  }

  KitClock& clock_;
  const std::string source_;
  const telephony::NumberParser& parser_;
  const std::size_t page_rows_;
  std::vector<std::string> bodies_;
  std::string kept_token_;
  FakeZendesk zendesk_;
  sync::Credential credential_;
  sync::RateBudget export_budget_{0};
  sync::RateBudget account_budget_{0};
};

}  // namespace

std::unique_ptr<CrmKit> make_zendesk_kit(CrmKitOptions options) {
  return std::make_unique<ZendeskKit>(options);
}

}  // namespace ringdex::test_support

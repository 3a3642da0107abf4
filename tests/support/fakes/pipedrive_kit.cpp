#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "sync/connectors/pipedrive/pipedrive.h"
#include "tests/support/fakes/crm_kit.h"
#include "tests/support/fakes/fake_pipedrive.h"
#include "tests/support/real_http.h"

namespace ringdex::test_support {
namespace {

using index::RecordId;
using index::RecordKind;

constexpr const char* kFirstRefreshToken = "the-first-refresh-token";

std::uint64_t person_id_of(const RecordId& id) {
  std::uint64_t number = 0;
  std::from_chars(id.external_id.data(), id.external_id.data() + id.external_id.size(), number);
  return number;
}

std::vector<FakeLabelled> labelled(const std::vector<std::string>& values) {
  std::vector<FakeLabelled> result;
  for (const auto& value : values) result.push_back({value, "work", result.empty()});
  return result;
}

class PipedriveKit : public CrmKit {
 public:
  explicit PipedriveKit(const CrmKitOptions& options)
      : clock_(options.clock),
        source_(options.source),
        parser_(options.parser),
        page_rows_(options.page_rows),
        pipedrive_(fake_options()),
        credential_(sync::OAuth{"a-client", "a-client-secret", sync::RefreshTokenFlow{kFirstRefreshToken},
                                "/oauth/token", sync::OAuth::Body::form_and_basic, "api_domain"},
                    real_client(pipedrive_.base_url()),
                    {[this] { return kept_token_; },
                     [this](const std::string& token) {
                       kept_token_ = token;
                       return true;
                     }}) {}

  std::string type() const override { return "pipedrive"; }
  FakeServer& server() override { return pipedrive_.server(); }
  bool has_leads() const override { return true; }

  std::unique_ptr<sync::Connector> make_connector() override {
    sync::PipedriveOptions options{{.source = source_, .region = "US", .phones_max = 10, .emails_max = 10},
                                   "https://acme.pipedrive.com",
                                   fake_options().webhook_user,
                                   fake_options().webhook_password,
                                   page_rows_,
                                   true};
    return sync::make_pipedrive_connector(std::move(options), {credential_, budget_, quota_},
                                          real_http(pipedrive_.base_url()), parser_);
  }

  RecordId add(RecordKind kind, const FakePerson& person) override {
    FakePipedrivePerson made;
    apply(made, person);
    const auto id = pipedrive_.add_person(std::move(made));
    if (kind != RecordKind::lead) return {source_, RecordKind::contact, std::to_string(id)};
    FakePipedriveLead lead;
    lead.title = "A lead of " + person.name;
    lead.person_id = id;
    return {source_, RecordKind::lead, pipedrive_.add_lead(std::move(lead))};
  }

  // Of a lead it is the person that changes.
  bool change(const RecordId& id, const FakePerson& person) override {
    FakePipedrivePerson wanted;
    apply(wanted, person);
    return pipedrive_.change_person(person_behind(id), [&](FakePipedrivePerson& changed) {
      changed.name = wanted.name;
      changed.org_id = wanted.org_id;
      changed.phones = wanted.phones;
      changed.emails = wanted.emails;
    });
  }

  // A lead is archived: one that is deleted is told by webhooks and listings only.
  bool remove(const RecordId& id) override {
    if (id.kind == RecordKind::lead) return pipedrive_.archive_lead(id.external_id);
    return pipedrive_.delete_person(person_id_of(id));
  }
  bool restore(const RecordId& id) override {
    if (id.kind == RecordKind::lead) return pipedrive_.archive_lead(id.external_id, false);
    return pipedrive_.restore_person(person_id_of(id));
  }
  bool merge(const RecordId& loser, const RecordId& winner) override {
    if (loser.kind != RecordKind::contact || winner.kind != RecordKind::contact) return false;
    return pipedrive_.merge_persons(person_id_of(loser), person_id_of(winner));
  }
  bool rename_organization(const std::string& from, const std::string& to) override {
    const auto id = organization_named(from);
    return id && pipedrive_.rename_organization(*id, to);
  }

  std::map<RecordId, FakePerson> people() const override {
    std::map<RecordId, FakePerson> result;
    const auto persons = pipedrive_.persons();
    const auto organizations = pipedrive_.organizations();
    const auto shown = [&](std::uint64_t id) -> std::optional<FakePerson> {
      const auto found = persons.find(id);
      if (found == persons.end() || found->second.deleted) return std::nullopt;
      FakePerson person{found->second.name, "", {}, {}};
      const auto organization = organizations.find(found->second.org_id);
      if (organization != organizations.end() && !organization->second.deleted) {
        person.organization = organization->second.name;
      }
      for (const auto& phone : found->second.phones) person.phones.push_back(phone.value);
      for (const auto& email : found->second.emails) person.emails.push_back(email.value);
      return person;
    };
    for (const auto& [id, unused] : persons) {
      if (auto person = shown(id)) result[{source_, RecordKind::contact, std::to_string(id)}] = *std::move(person);
    }
    for (const auto& [id, lead] : pipedrive_.leads()) {
      auto person = lead.archived ? std::nullopt : shown(lead.person_id);
      if (person) result[{source_, RecordKind::lead, id}] = *std::move(person);
    }
    return result;
  }

  std::vector<sync::WebhookRequest> take_webhooks() override {
    std::vector<sync::WebhookRequest> requests;
    for (auto& body : std::exchange(bodies_, {})) {
      sync::WebhookRequest request;
      for (const auto& [name, value] : pipedrive_.webhook_headers()) {
        request.headers.emplace_back(name == "Authorization" ? "authorization" : name, value);
      }
      request.body = std::move(body);
      requests.push_back(std::move(request));
    }
    return requests;
  }

  void expire_access_token() override { pipedrive_.expire_access_token(); }
  void expire_cursors() override { pipedrive_.expire_cursors(); }
  void limit_requests_per_minute(std::uint64_t limit) override {
    pipedrive_.configure([&](FakePipedriveOptions& options) {
      options.burst_limit = limit;
      options.burst_window = std::chrono::seconds(60);
    });
  }
  void overfill_pages(std::size_t factor) override {
    pipedrive_.configure([&](FakePipedriveOptions& options) { options.overfill = factor; });
  }
  bool empty_next_page() override {
    pipedrive_.configure([](FakePipedriveOptions& options) { options.empty_pages = 1; });
    return true;
  }
  bool stand_still(bool on) override {
    pipedrive_.configure([&](FakePipedriveOptions& options) { options.stand_still = on; });
    return true;
  }

 private:
  FakePipedriveOptions fake_options() {
    FakePipedriveOptions options;
    options.clock = [this] { return clock_.now(); };
    options.refresh_token = kFirstRefreshToken;
    options.webhook_sink = [this](std::string body) { bodies_.push_back(std::move(body)); };
    return options;
  }
  void apply(FakePipedrivePerson& to, const FakePerson& person) {
    to.name = person.name;
    to.phones = labelled(person.phones);
    to.emails = labelled(person.emails);
    to.org_id = 0;
    if (person.organization.empty()) return;
    const auto known = organization_named(person.organization);
    to.org_id = known ? *known : pipedrive_.add_organization(person.organization);
  }
  std::optional<std::uint64_t> organization_named(const std::string& name) const {
    for (const auto& [id, organization] : pipedrive_.organizations()) {
      if (!organization.deleted && organization.name == name) return id;
    }
    return std::nullopt;
  }
  std::uint64_t person_behind(const RecordId& id) const {
    if (id.kind == RecordKind::contact) return person_id_of(id);
    const auto leads = pipedrive_.leads();
    const auto lead = leads.find(id.external_id);
    return lead == leads.end() ? 0 : lead->second.person_id;
  }

  KitClock& clock_;
  const std::string source_;
  const telephony::NumberParser& parser_;
  const std::size_t page_rows_;
  std::vector<std::string> bodies_;
  std::string kept_token_;
  FakePipedrive pipedrive_;
  sync::Credential credential_;
  sync::RateBudget budget_{0};
  sync::DailyQuota quota_{100};
};

}  // namespace

std::unique_ptr<CrmKit> make_pipedrive_kit(CrmKitOptions options) {
  return std::make_unique<PipedriveKit>(options);
}

}  // namespace ringdex::test_support

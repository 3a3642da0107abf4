#include <mutex>
#include <utility>

#include "sync/connectors/salesforce/salesforce.h"
#include "tests/support/fakes/crm_kit.h"
#include "tests/support/fakes/fake_salesforce.h"
#include "tests/support/real_http.h"

namespace ringdex::test_support {
namespace {

using index::RecordId;
using index::RecordKind;
using Fields = FakeSalesforce::Fields;

constexpr const char* kJoin = "; ";  // a field's text may hold several numbers

class SalesforceKit : public CrmKit {
 public:
  explicit SalesforceKit(CrmKitOptions options)
      : options_(std::move(options)),
        salesforce_(fake_options()),
        credential_(sync::OAuth{"a-consumer-key", "a-consumer-secret", sync::ClientCredentialsFlow{},
                                "/services/oauth2/token", sync::OAuth::Body::form_and_basic, "instance_url"},
                    real_client(salesforce_.base_url()), {}) {}

  std::string type() const override { return "salesforce"; }
  FakeServer& server() override { return salesforce_.server(); }
  bool has_leads() const override { return true; }

  std::unique_ptr<sync::Connector> make_connector() override {
    sync::SalesforceOptions connector;
    connector.mapping.source = options_.source;
    connector.mapping.region = "US";
    connector.mapping.phones_max = 10;
    connector.mapping.emails_max = 10;
    connector.webhook_secret = kSecret;
    connector.rows_per_page = options_.page_rows;
    return sync::make_salesforce_connector(std::move(connector), {credential_, budget_, quota_, schema_},
                                           real_http(salesforce_.base_url()), options_.parser);
  }

  RecordId add(RecordKind kind, const FakePerson& person) override {
    const std::string id = salesforce_.add(kind == RecordKind::lead ? "Lead" : "Contact", fields_of(kind, person));
    return {options_.source, kind, id};
  }
  bool change(const RecordId& id, const FakePerson& person) override {
    return salesforce_.change(id.external_id, fields_of(id.kind, person));
  }
  bool remove(const RecordId& id) override { return salesforce_.remove(id.external_id); }
  bool restore(const RecordId& id) override { return salesforce_.restore(id.external_id); }
  bool merge(const RecordId& loser, const RecordId& winner) override {
    return loser.kind == winner.kind && salesforce_.merge(loser.external_id, winner.external_id);
  }
  bool convert(const RecordId& lead) override {
    return lead.kind == RecordKind::lead && !salesforce_.convert(lead.external_id).empty();
  }
  bool rename_organization(const std::string& from, const std::string& to) override {
    bool found = false;
    for (const auto& account : salesforce_.rows("Account")) {
      const auto name = account.fields.find("Name");
      if (account.deleted || name == account.fields.end() || name->second != from) continue;
      found = salesforce_.change(account.id, {{"Name", to}}) || found;
    }
    return found;
  }

  std::map<RecordId, FakePerson> people() const override;

  std::vector<sync::WebhookRequest> take_webhooks() override {
    std::vector<std::string> bodies;
    {
      const std::scoped_lock lock(mutex_);
      bodies.swap(bodies_);
    }
    std::vector<sync::WebhookRequest> requests;
    for (auto& body : bodies) {
      sync::WebhookRequest request;
      for (auto& [name, value] : salesforce_.webhook_headers(body)) {
        for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        request.headers.emplace_back(std::move(name), std::move(value));
      }
      request.body = std::move(body);
      requests.push_back(std::move(request));
    }
    return requests;
  }

  void expire_access_token() override { salesforce_.expire_access_tokens(); }
  void expire_cursors() override { salesforce_.expire_locators(); }
  void limit_requests_per_minute(std::uint64_t limit) override {
    salesforce_.configure([&](FakeSalesforceOptions& options) { options.requests_per_minute = limit; });
  }
  void overfill_pages(std::size_t factor) override {
    salesforce_.configure([&](FakeSalesforceOptions& options) { options.overfill = factor; });
  }
  bool empty_next_page() override {
    salesforce_.empty_next_batch();
    return true;
  }
  bool stand_still(bool on) override {
    salesforce_.configure([&](FakeSalesforceOptions& options) { options.stand_still = on; });
    return true;
  }

 private:
  static constexpr const char* kSecret = "a-webhook-secret";

  FakeSalesforceOptions fake_options() {
    FakeSalesforceOptions options;
    options.clock = [this] { return options_.clock.now(); };
    options.webhook_secret = kSecret;
    options.webhook_sink = [this](std::string body) {
      const std::scoped_lock lock(mutex_);
      bodies_.push_back(std::move(body));
    };
    return options;
  }

  static std::vector<const char*> phone_fields(RecordKind kind) {
    if (kind == RecordKind::lead) return {"Phone", "MobilePhone"};
    return {"Phone", "MobilePhone", "HomePhone", "OtherPhone"};
  }

  Fields fields_of(RecordKind kind, const FakePerson& person) {
    Fields fields{{"LastName", person.name}, {"Email", person.emails.empty() ? "" : person.emails.front()}};
    const auto names = phone_fields(kind);
    for (const char* name : names) fields[name].clear();
    for (std::size_t i = 0; i < person.phones.size(); ++i) {
      std::string& field = fields[names[std::min(i, names.size() - 1)]];
      field += (field.empty() ? "" : kJoin) + person.phones[i];
    }
    if (kind == RecordKind::lead) {
      fields["Company"] = person.organization;
    } else {
      fields["AccountId"] = person.organization.empty() ? "" : salesforce_.account(person.organization);
    }
    return fields;
  }

  CrmKitOptions options_;
  std::mutex mutex_;
  std::vector<std::string> bodies_;  // under mutex_
  FakeSalesforce salesforce_;
  sync::Credential credential_;
  sync::RateBudget budget_{0};
  sync::DailyQuota quota_{100};
  sync::SalesforceSchema schema_;
};

std::map<RecordId, FakePerson> SalesforceKit::people() const {
  std::map<std::string, std::string> account_names;
  for (const auto& account : salesforce_.rows("Account")) {
    if (!account.deleted && account.fields.contains("Name")) account_names[account.id] = account.fields.at("Name");
  }
  std::map<RecordId, FakePerson> result;
  for (const auto kind : {RecordKind::contact, RecordKind::lead}) {
    for (const auto& row : salesforce_.rows(kind == RecordKind::lead ? "Lead" : "Contact")) {
      const auto field = [&](const char* name) {
        const auto found = row.fields.find(name);
        return found == row.fields.end() ? std::string() : found->second;
      };
      if (row.deleted || field("IsConverted") == "true") continue;
      FakePerson person;
      person.name = field("LastName");
      person.organization = kind == RecordKind::lead ? field("Company") : account_names[field("AccountId")];
      if (!field("Email").empty()) person.emails.push_back(field("Email"));
      for (const char* name : phone_fields(kind)) {
        std::string text = field(name);
        while (!text.empty()) {
          const auto cut = text.find(kJoin);
          std::string phone = text.substr(0, cut);
          if (std::ranges::find(person.phones, phone) == person.phones.end()) person.phones.push_back(std::move(phone));
          text = cut == std::string::npos ? "" : text.substr(cut + 2);
        }
      }
      result[{options_.source, kind, row.id}] = std::move(person);
    }
  }
  return result;
}

}  // namespace

std::unique_ptr<CrmKit> make_salesforce_kit(CrmKitOptions options) {
  return std::make_unique<SalesforceKit>(std::move(options));
}

}  // namespace ringdex::test_support

// One Salesforce answers every request with the same bytes: whatever they are, no page may crash or lead to itself.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "sync/connectors/salesforce/salesforce.h"
#include "telephony/text/times.h"

namespace {

using namespace ringdex::sync;

class SameAnswer : public HttpClient {
 public:
  explicit SameAnswer(const std::string& body) : body_(body) {}
  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request) override {
    // Describe is understood, so that the rest is reached.
    if (request.target.ends_with("/describe")) {
      return HttpResponse{200,
                          {},
                          R"({"fields":[{"name":"Id"},{"name":"SystemModstamp"},{"name":"IsDeleted"},{"name":"Name"},
                                        {"name":"MasterRecordId","relationshipName":"MasterRecord"},
                                        {"name":"AccountId","relationshipName":"Account"},{"name":"Email"},
                                        {"name":"Phone","type":"phone"},{"name":"IsConverted"},
                                        {"name":"ConvertedContactId"},{"name":"List__c","type":"multipicklist"}]})"};
    }
    const bool failed = !body_.empty() && body_[0] == '!';
    return HttpResponse{failed ? 403 : 200,
                        {{"sforce-limit-info", body_.substr(0, 60)}, {"date", body_.substr(0, 40)}},
                        failed ? body_.substr(1) : body_};
  }

 private:
  const std::string& body_;
};

void check(const std::expected<SourcePage, FetchError>& page, const std::string& cursor) {
  if (!page) {
    if (page.error().message.size() > 600) std::abort();
    return;
  }
  // A page that says "more" and does not move would be read for ever.
  if (page->more && page->next_cursor == cursor) std::abort();
  for (const auto& record : page->records) {
    if (record.id.external_id.size() != 18 || record.version != record.updated_at->time_since_epoch().count()) {
      std::abort();
    }
  }
  for (const auto& deletion : page->deletions) {
    if (deletion.id.external_id.size() != 18) std::abort();
  }
}

std::string cursor_at(const std::string& stage, const std::string& listing) {
  return R"({"v":1,"stage":")" + stage + R"(","listing":)" + listing +
         R"(,"started":1767504800000,"until":1767504740000,"accounts_since":1767500000000,
             "contacts_since":1767500000000,"leads_since":1767500000000,"contacts_checked":1767500000000,
             "leads_checked":1767500000000,"at":1767500000000,"after":"003ak000003dQCGAA2"})";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ringdex::telephony::NumberParser parser;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto now = *ringdex::text::parse_iso_time("2026-01-04T05:33:20Z");
  const auto http = std::make_shared<MovingHttpClient>(
      [&body](const std::string&) { return std::make_unique<SameAnswer>(body); }, "https://crm.example");
  MappingOptions mapping{"sf", "US", 10, 10, {}, {}, {"List__c"}};
  const auto connect = [&](Credential& credential, RateBudget& budget, DailyQuota& quota, SalesforceSchema& schema) {
    return make_salesforce_connector({mapping, "v60.0", "", 5, ""}, {credential, budget, quota, schema}, http, parser);
  };
  // Each call with limits of its own, so that an announced one does not end the rest.
  const auto page_of = [&](const std::string& cursor) {
    Credential credential(bearer_auth("t"), nullptr, {});
    RateBudget budget(0);
    DailyQuota quota(100);
    SalesforceSchema schema;
    check(connect(credential, budget, quota, schema)->next_page(cursor, now), cursor);
  };
  page_of("");
  for (const char* stage : {"accounts", "contacts", "leads"}) page_of(cursor_at(stage, "true"));
  for (const char* stage : {"accounts", "contacts", "deleted_contacts", "leads", "deleted_leads"}) {
    page_of(cursor_at(stage, "false"));
  }
  page_of(body);
  Credential credential(bearer_auth("t"), nullptr, {});
  RateBudget budget(0);
  DailyQuota quota(100);
  SalesforceSchema schema;
  const auto connector = connect(credential, budget, quota, schema);
  (void)connector->fetch({"sf", ringdex::index::RecordKind::contact, "003ak000003dQCGAA2"}, now);
  (void)connector->fetch_organization("003ak000003dQCGAA2", now);
  (void)connector->find_by_phone(*ringdex::telephony::PhoneNumber::from_e164("+14155552671"), now);
  return 0;
}

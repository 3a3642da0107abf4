// Whatever a Pipedrive answers, as a page of each list, as a record, as search hits and as a cursor of ours: nothing
// may crash, and what comes out keeps to the contract of a page.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "sync/connectors/pipedrive/pipedrive.h"
#include "telephony/text/times.h"

namespace {

using namespace ringdex::sync;
using ringdex::index::RecordKind;

class SameAnswer : public HttpClient {
 public:
  explicit SameAnswer(const std::string& body) : body_(body) {}
  std::expected<HttpResponse, HttpFailure> send(const HttpRequest&) override {
    const std::string head = body_.substr(0, 20);
    return HttpResponse{200,
                        {{"x-ratelimit-remaining", head},
                         {"x-daily-ratelimit-token-limit", head},
                         {"x-daily-ratelimit-token-remaining", head},
                         {"date", body_.substr(0, 40)}},
                        body_};
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
  if (page->more && page->ends_listing) std::abort();
  for (const auto& record : page->records) {
    if (record.id.external_id.empty()) std::abort();
    if (record.updated_at && record.version != record.updated_at->time_since_epoch().count()) std::abort();
    if (record.id.kind == RecordKind::lead && (record.person_id.empty() || !record.phones.empty())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ringdex::telephony::NumberParser parser;
  const std::string body(reinterpret_cast<const char*>(data), size);
  auto now = *ringdex::text::parse_iso_time("2026-01-04T05:33:20Z");
  const std::string field(40, 'a');
  const MappingOptions mapping{.source = "p",
                               .region = "US",
                               .phones_max = 10,
                               .emails_max = 10,
                               .phone_fields = {field},
                               .custom_fields = {{"origin", "source_name"}}};
  // One place of a round an input, by its length.
  static constexpr const char* kStages[] = {"organizations", "persons", "leads", "archived"};
  const std::string cursor =
      std::string(R"({"v":1,"stage":")") + kStages[size % 4] +
      (size % 8 < 4 ? R"(","listing":true)" : R"(","listing":false)") +
      R"(,"organizations_since":1767504800000,"persons_since":1767504800000,"leads_since":1767504800000,)"
      R"("next":"c","start":100,"anchors":["a@b"]})";
  Credential credential(FixedAuth{"x-api-token", "t"}, nullptr, {});
  RateBudget budget(0);
  DailyQuota quota(100);
  const auto http = std::make_shared<MovingHttpClient>(
      [&body](const std::string&) { return std::make_unique<SameAnswer>(body); }, "https://crm.example");
  const auto connector = make_pipedrive_connector({mapping, "https://acme.pipedrive.com", "", "", 100, true},
                                                  {credential, budget, quota}, http, parser);
  // Hours apart, since an answer may use up the budgets.
  check(connector->next_page(cursor, now), cursor);
  check(connector->next_page(body, now + std::chrono::hours(1)), body);
  now += std::chrono::hours(2);
  (void)connector->fetch({"p", RecordKind::contact, "5"}, now);
  (void)connector->fetch({"p", RecordKind::lead, "1bce0200-5044-11f1-8f4f-d7944c9e4f3a"}, now + std::chrono::hours(1));
  const auto number = ringdex::telephony::PhoneNumber::from_packed(13108675309);
  const auto found = connector->find_by_phone(number, now + std::chrono::hours(2));
  if (found && found->size() > Connector::kSearchHitsMax) std::abort();
  return 0;
}

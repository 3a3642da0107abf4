// Whatever a Zendesk answers, as an export page, as a record and as a cursor of ours: nothing may crash, and what comes
// out keeps to the contract of a page.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "sync/connectors/zendesk/zendesk.h"
#include "telephony/text/times.h"

namespace {

using namespace ringdex::sync;

class SameAnswer : public HttpClient {
 public:
  explicit SameAnswer(const std::string& body) : body_(body) {}
  std::expected<HttpResponse, HttpFailure> send(const HttpRequest&) override {
    return HttpResponse{200, {{"x-rate-limit", body_.substr(0, 20)}, {"date", body_.substr(0, 40)}}, body_};
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
    if (record.id.external_id.empty() || record.version != record.updated_at->time_since_epoch().count()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ringdex::telephony::NumberParser parser;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto now = *ringdex::text::parse_iso_time("2026-01-04T05:33:20Z");
  Credential credential(bearer_auth("t"), nullptr, {});
  RateBudget export_budget(0);
  RateBudget account_budget(0);
  const auto http = std::make_shared<MovingHttpClient>(
      [&body](const std::string&) { return std::make_unique<SameAnswer>(body); }, "https://crm.example");
  const auto connector = make_zendesk_connector({{"z", "US", 10, 10, {"mobile"}}, "https://acme.zendesk.com", "", 1000},
                                                {credential, export_budget, account_budget}, http, parser);
  const std::string users =
      R"({"v":1,"stage":"users","listing":true,"listed_until":0,"organizations_since":0,"users_since":0,"after_cursor":"c"})";
  check(connector->next_page("", now), "");
  check(connector->next_page(users, now), users);
  check(connector->next_page(body, now), body);
  (void)connector->fetch({"z", ringdex::index::RecordKind::contact, "5"}, now);
  (void)connector->fetch_organization("5", now);
  return 0;
}

#include "server/api/record_cards.h"

#include <optional>
#include <utility>

#include "server/api/json_text.h"
#include "server/api/request_fields.h"
#include "telephony/vcard.h"

namespace ringdex::server {
namespace {

enum class CardFormat { jcard, vcard };

telephony::VCard card_of(const index::Record& record) {
  telephony::VCard card{.uid = record.id.to_string(),
                        .name = record.name,
                        .organization = record.organization,
                        .title = record.title,
                        .url = record.url,
                        .emails = record.emails,
                        .categories = record.groups};
  for (const index::RecordPhone& phone : record.phones) {
    std::string uri;
    if (phone.number) {
      uri = "tel:" + phone.number->to_e164();
      if (!phone.extension.empty()) uri += ";ext=" + phone.extension;
    }
    card.phones.push_back({std::move(uri), phone.raw, phone.label});
  }
  if (record.updated_at) card.revised = iso_text(std::chrono::floor<std::chrono::seconds>(*record.updated_at));
  return card;
}

HttpResponse card_response(const Directory& directory, std::string_view account, const std::string& id_text,
                           CardFormat format) {
  const auto id = index::RecordId::parse(id_text);
  if (!id) return bad_record_id();
  const auto record = directory.get(account, *id);
  if (!record) return problem(404, "record_unknown", "there is no such record, or it was deleted");
  const telephony::VCard card = card_of(*record);
  HttpResponse response;
  response.content_type = format == CardFormat::jcard ? telephony::kJCardContentType : telephony::kVCardContentType;
  response.body = format == CardFormat::jcard ? telephony::write_jcard(card) : telephony::write_vcard(card);
  return response;
}

HttpResponse signed_card(const Directory& directory, const RecordLinks& links, index::TimePoint now,
                         const HttpRequest& request) {
  const std::string& account = request.parameters[0];
  const std::string& id = request.parameters[1];
  const std::string* expires = request.parameter("expires");
  const std::string* signature = request.parameter("signature");
  if (expires == nullptr || signature == nullptr || !links.allows(account, id, *expires, *signature, now)) {
    return problem(403, "link_expired", "this address was not made by this server, or its time is over");
  }
  return card_response(directory, account, id, CardFormat::jcard);
}

}  // namespace

std::optional<HttpResponse> record_card(const Directory& directory, const HttpRequest& request) {
  const std::string& asked = request.parameters[0];
  for (const auto& [ending, format] : {std::pair<std::string_view, CardFormat>{".jcard", CardFormat::jcard},
                                       std::pair<std::string_view, CardFormat>{".vcf", CardFormat::vcard}}) {
    if (!asked.ends_with(ending)) continue;
    return card_response(directory, request.principal.account, asked.substr(0, asked.size() - ending.size()), format);
  }
  return std::nullopt;
}

std::vector<HttpRoute> record_card_routes(const Directory& directory, const RecordLinks& links, Clock clock) {
  return {{.method = "GET",
           .path = "/jcard/{account}/{id}",
           .handler = [&directory, &links, clock = std::move(clock)](
                          const HttpRequest& request) { return signed_card(directory, links, clock(), request); },
           .open = true}};
}

}  // namespace ringdex::server

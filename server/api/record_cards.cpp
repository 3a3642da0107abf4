#include "server/api/record_cards.h"

#include <fmt/core.h>

#include <optional>
#include <utility>
#include <variant>

#include "server/api/refusals.h"
#include "telephony/formats/vcard.h"
#include "telephony/text/times.h"

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
  if (record.updated_at)
    card.revised = text::format_iso_time(std::chrono::floor<std::chrono::seconds>(*record.updated_at));
  return card;
}

HttpResponse card_response(const index::Index& index, std::string_view account, const std::string& id,
                           CardFormat format) {
  const auto known = known_record(index, account, id);
  if (!known) return known.error();
  const telephony::VCard card = card_of(known->record);
  HttpResponse response;
  response.content_type = format == CardFormat::jcard ? telephony::kJCardContentType : telephony::kVCardContentType;
  response.body = format == CardFormat::jcard ? telephony::write_jcard(card) : telephony::write_vcard(card);
  return response;
}

HttpResponse signed_card(const index::Index& index, const RecordLinks& links, index::TimePoint now,
                         const HttpRequest& request) {
  const std::string& account = request.parameters[0];
  const std::string& id = request.parameters[1];
  const std::string* expires = request.parameter("expires");
  const std::string* signature = request.parameter("signature");
  if (expires == nullptr || signature == nullptr || !links.allows(account, id, *expires, *signature, now)) {
    return problem(403, "link_expired", "this address was not made by this server, or its time is over");
  }
  return card_response(index, account, id, CardFormat::jcard);
}

}  // namespace

std::expected<index::KnownRecord, HttpResponse> known_record(const index::Index& index, std::string_view account,
                                                             const std::string& id) {
  const auto parsed = index::RecordId::parse(id);
  if (!parsed) return std::unexpected(bad_record_id());
  auto found = index.read().get(account, *parsed);
  if (!found) return std::unexpected(store_failed(found.error().message));
  if (auto* known = std::get_if<index::KnownRecord>(&*found)) return std::move(*known);
  if (std::holds_alternative<index::GoneRecord>(*found)) {
    return std::unexpected(problem(410, "record_deleted", fmt::format("{} was deleted in its source", id)));
  }
  return std::unexpected(problem(404, "record_unknown", fmt::format("no record {} was ever seen", id)));
}

std::optional<HttpResponse> record_card(const index::Index& index, const HttpRequest& request) {
  const std::string& asked = request.parameters[0];
  for (const auto& [ending, format] : {std::pair<std::string_view, CardFormat>{".jcard", CardFormat::jcard},
                                       std::pair<std::string_view, CardFormat>{".vcf", CardFormat::vcard}}) {
    if (!asked.ends_with(ending)) continue;
    return card_response(index, request.principal.account, asked.substr(0, asked.size() - ending.size()), format);
  }
  return std::nullopt;
}

std::vector<HttpRoute> record_card_routes(const index::Index& index, const RecordLinks& links, Clock clock) {
  return {{.method = "GET",
           .path = "/jcard/{account}/{id}",
           .handler = [&index, &links, clock = std::move(clock)](
                          const HttpRequest& request) { return signed_card(index, links, clock(), request); },
           .open = true}};
}

}  // namespace ringdex::server

#include "index/table/card.h"

#include <tuple>

#include "telephony/number/number_variants.h"

namespace ringdex::index {

std::string SplitText::text() const {
  std::string out;
  append_to(out);
  return out;
}

void Card::append_id_to(std::string& out) const {
  out.append(source).push_back(':');
  out.append(to_string(kind)).push_back(':');
  out.append(external_id);
}

std::string Card::id_text() const {
  std::string out;
  append_id_to(out);
  return out;
}

RecordId Card::id() const {
  return {std::string(source), kind, std::string(external_id)};
}

std::strong_ordering compare_ids(const Card& left, const Card& right) {
  return std::tie(left.source, left.kind, left.external_id) <=> std::tie(right.source, right.kind, right.external_id);
}

Card card_of(const Record& record, telephony::PhoneNumber number) {
  Card card;
  card.source = record.id.source;
  card.kind = record.id.kind;
  card.external_id = record.id.external_id;
  card.name = record.name;
  card.organization = record.organization;
  card.url.head = record.url;
  card.first_indexed_at = record.first_indexed_at;
  card.updated_at = record.updated_at;
  card.primary_phone = true;
  for (const RecordPhone& phone : record.phones) {
    if (!phone.number) continue;
    if (telephony::canonical(*phone.number) != number) {
      card.primary_phone = false;
      continue;
    }
    card.phone_raw = phone.raw;
    card.phone_label = phone.label;
    card.phone_extension = phone.extension;
    break;
  }
  return card;
}

}  // namespace ringdex::index

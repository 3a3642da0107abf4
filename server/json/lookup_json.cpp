#include "server/json/lookup_json.h"

#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

void write_number(text::JsonWriter& out, const AnsweredNumber& number) {
  out.open('{').member<"input">(number.input);
  if (!number.parsed) {
    out.key<"e164">().null().key<"region">().null().key<"national">().null().key<"type">().null();
    out.key<"valid">().boolean(false).key<"reading">().null().close('}');
    return;
  }
  out.member<"e164">(number.parsed->number.to_e164());
  out.member<"region">(number.facts.region);
  out.member<"national">(number.facts.national);
  out.member<"type">(number.facts.type);
  out.key<"valid">().boolean(number.facts.valid);
  out.member<"reading">(to_string(number.reading));
  if (!number.parsed->extension.empty()) out.member<"extension">(number.parsed->extension);
  if (number.parsed->repair != telephony::Repair::none) out.member<"repair">(to_string(number.parsed->repair));
  out.close('}');
}

template <text::JsonName kName>
void write_id(text::JsonWriter& out, const index::Card& card) {
  out.member<kName>({card.source, ":", to_string(card.kind), ":", card.external_id});
}

void write_url(text::JsonWriter& out, const index::Card& card) {
  out.member<"url">({card.url.head, card.url.middle, card.url.tail});
}

void write_candidate(text::JsonWriter& out, const LookupAnswer& answer, const Candidate& candidate) {
  const index::Card& leading = answer.leading(candidate);
  out.open('{');
  write_id<"id">(out, leading);
  out.member<"name">(leading.name.empty() ? leading.organization : leading.name);
  out.member<"organization">(leading.organization);
  out.member<"kind">(to_string(leading.kind));
  out.member<"source">(leading.source);
  out.member<"label">(answer.label(leading));
  out.key<"phone">().open('{').member<"raw">(leading.phone_raw).member<"label">(leading.phone_label);
  if (!leading.phone_extension.empty()) out.member<"extension">(leading.phone_extension);
  out.close('}');
  write_url(out, leading);
  out.key<"records">().open('[');
  for (std::size_t i = candidate.first; i < candidate.first + candidate.records; ++i) {
    const index::Card& record = answer.found.cards[i];
    out.open('{');
    write_id<"id">(out, record);
    out.member<"source">(record.source).member<"label">(answer.label(record));
    write_url(out, record);
    out.close('}');
  }
  out.close(']').close('}');
}

}  // namespace

void write_answer(text::JsonWriter& out, const LookupAnswer& answer) {
  out.open('{').member<"match">(to_string(answer.match));
  if (answer.unmatchable) out.member<"unmatchable">(to_string(*answer.unmatchable));
  out.key<"number">();
  write_number(out, answer.number);
  out.key<"candidates">().open('[');
  for (const Candidate& candidate : answer.candidates) write_candidate(out, answer, candidate);
  out.close(']').key<"total">().number(answer.total);
  if (const index::Card* pick = answer.pick()) {
    write_id<"default">(out, *pick);
  } else {
    out.key<"default">().null();
  }
  out.key<"default_reason">();
  if (answer.default_reason) {
    const std::string_view because = answer.default_reason->because;
    out.open('{').member<"rule">(answer.default_reason->rule);
    out.member<"because">(because.empty() ? "nobody else has this number" : because).close('}');
  } else {
    out.null();
  }
  if (answer.shared_organization) {
    out.key<"shared">().open('{').member<"organization">(*answer.shared_organization).close('}');
  }
  out.key<"freshness">().open('{');
  for (const SourceFreshness& freshness : answer.freshness) {
    out.key(freshness.source);
    freshness.age ? out.number(freshness.age->count()) : out.null();
  }
  out.close('}').key<"position">().number(answer.position()).close('}');
}

std::string answer_text(const LookupAnswer& answer) {
  std::string text;
  text::JsonWriter out(text);
  write_answer(out, answer);
  return text;
}

}  // namespace ringdex::server

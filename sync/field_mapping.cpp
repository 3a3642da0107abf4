#include "sync/field_mapping.h"

#include <fmt/core.h>

#include <algorithm>

#include "sync/clean_text.h"
#include "telephony/number/phone_field.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::sync {
namespace {

using index::Record;
using index::RecordPhone;

constexpr std::size_t kExternalIdBytesMax = 255;

std::unexpected<Rejected> rejected(const Record& record, RejectReason reason, std::string detail) {
  return std::unexpected(Rejected{record.id.external_id, reason, std::move(detail)});
}

std::unexpected<Rejected> over_limit(const Record& record, RejectReason reason, std::string detail) {
  auto result = rejected(record, reason, std::move(detail));
  result.error().withdrawal = index::Deletion{record.id, record.version, std::nullopt, true};
  return result;
}

void clean_all(std::vector<std::string>& texts) {
  std::vector<std::string> result;
  for (const auto& text : texts) {
    auto clean = clean_line(text);
    if (!clean.empty() && std::find(result.begin(), result.end(), clean) == result.end()) {
      result.push_back(std::move(clean));
    }
  }
  texts = std::move(result);
}

void clean_texts(Record& record) {
  for (auto* text : {&record.name, &record.organization, &record.title, &record.url, &record.owner}) {
    *text = clean_line(*text);
  }
  clean_all(record.groups);
  clean_all(record.tags);
  for (auto& email : record.emails) email = text::ascii_lower(email);
  clean_all(record.emails);
  std::map<std::string, std::string> custom;
  for (const auto& [key, value] : record.custom) custom[clean_line(key)] = clean_text(value);
  record.custom = std::move(custom);
}

bool is_same_line(const RecordPhone& a, const RecordPhone& b) {
  if (a.number.has_value() != b.number.has_value()) return false;
  return a.number ? a.number == b.number && a.extension == b.extension : a.raw == b.raw;
}

bool is_among(const std::vector<std::string>& texts, const std::string& lower) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text::ascii_lower(text) == lower; });
}

// What the custom fields come to. A field that is not there says nothing; a value that is neither is unknown.
void map_custom_fields(RawRecord& raw, const MappingOptions& options) {
  Record& record = raw.record;
  const auto values = [&raw](const std::string& field) -> const std::vector<std::string>& {
    static const std::vector<std::string> kNone;
    const auto found = raw.fields.find(field);
    return found == raw.fields.end() ? kNone : found->second;
  };
  const auto add_all = [](std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (const auto& field : options.phone_fields) {
    for (const auto& value : values(field)) raw.phones.emplace_back(field, value);
  }
  for (const auto& [name, field] : options.custom_fields) {
    if (!values(field).empty()) record.custom[name] = text::joined(values(field), ", ");
  }
  for (const auto& field : options.group_fields) add_all(record.groups, values(field));
  for (const auto& field : options.tag_fields) add_all(record.tags, values(field));
  for (const ConsentField& consent : options.consent_fields) {
    for (const auto& value : values(consent.field)) {
      const std::string lower = text::ascii_lower(clean_line(value));
      index::Consent state = index::Consent::unknown;
      if (is_among(consent.subscribed, lower)) state = index::Consent::subscribed;
      if (is_among(consent.unsubscribed, lower)) state = index::Consent::unsubscribed;
      record.consent[consent.channel] = state;
    }
  }
}

void drop_fields(RawRecord& raw, const std::set<std::string>& dropped) {
  if (dropped.empty()) return;
  Record& record = raw.record;
  for (const auto& [name, text] : {std::pair{"title", &record.title},
                                   {"organization", &record.organization},
                                   {"organization", &record.organization_id},
                                   {"owner", &record.owner},
                                   {"url", &record.url}}) {
    if (dropped.contains(name)) text->clear();
  }
  for (const auto& [name, list] :
       {std::pair{"emails", &record.emails}, {"groups", &record.groups}, {"tags", &record.tags}}) {
    if (dropped.contains(name)) list->clear();
  }
  if (dropped.contains("custom")) record.custom.clear();
  if (dropped.contains("consent")) record.consent.clear();
  std::erase_if(raw.phones, [&](const auto& phone) { return dropped.contains("phones." + phone.first); });
}

// The source's label stands unless the text itself says fax; the first of equal numbers is kept.
void add_phone(std::vector<RecordPhone>& phones, const std::string& label, const telephony::FieldPhone& read) {
  RecordPhone phone;
  phone.raw = read.raw;
  phone.label = read.label == "fax" || label.empty() ? read.label : label;
  if (read.parsed) {
    phone.number = read.parsed->number;
    phone.extension = read.parsed->extension;
  }
  const auto same =
      std::find_if(phones.begin(), phones.end(), [&](const auto& known) { return is_same_line(known, phone); });
  if (same == phones.end()) {
    phones.push_back(std::move(phone));
  } else if (same->label.empty()) {
    same->label = phone.label;
  }
}

}  // namespace

std::set<std::string> MappingOptions::custom_field_names() const {
  std::set<std::string> names(phone_fields.begin(), phone_fields.end());
  for (const auto& [name, field] : custom_fields) names.insert(field);
  names.insert(group_fields.begin(), group_fields.end());
  names.insert(tag_fields.begin(), tag_fields.end());
  for (const ConsentField& consent : consent_fields) names.insert(consent.field);
  return names;
}

std::expected<Record, Rejected> map_record(RawRecord raw, const MappingOptions& options,
                                           const telephony::NumberParser& parser) {
  map_custom_fields(raw, options);
  drop_fields(raw, options.dropped);
  auto record = std::move(raw.record);
  clean_texts(record);
  record.id.source = options.source;
  if (record.id.external_id.empty()) return rejected(record, RejectReason::no_external_id, "the id is empty");
  if (record.id.external_id.size() > kExternalIdBytesMax || !text::is_valid_utf8(record.id.external_id)) {
    const auto bytes = record.id.external_id.size();
    record.id.external_id = clean_line(std::string_view(record.id.external_id).substr(0, kExternalIdBytesMax));
    return rejected(record, RejectReason::no_external_id,
                    bytes > kExternalIdBytesMax
                        ? fmt::format("the id has {} bytes; at most {} are kept", bytes, kExternalIdBytesMax)
                        : "the id is no valid UTF-8");
  }

  std::vector<RecordPhone> phones;
  for (const auto& [label, text] : raw.phones) {
    const auto clean_label = clean_line(label);
    for (const auto& read : telephony::read_phone_field(parser, clean_text(text), options.region)) {
      add_phone(phones, clean_label, read);
    }
  }
  if (phones.size() > options.phones_max) {
    return over_limit(record, RejectReason::too_many_phones,
                      fmt::format("{} phones; the limit is {}", phones.size(), options.phones_max));
  }
  if (record.emails.size() > options.emails_max) {
    return over_limit(record, RejectReason::too_many_emails,
                      fmt::format("{} e-mails; the limit is {}", record.emails.size(), options.emails_max));
  }
  record.phones = std::move(phones);
  return record;
}

}  // namespace ringdex::sync

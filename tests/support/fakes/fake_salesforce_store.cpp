#include "tests/support/fakes/fake_salesforce_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/connectors/salesforce/salesforce_id.h"
#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

std::vector<FakeSalesforceField> fields_of(std::initializer_list<std::pair<const char*, const char*>> own) {
  std::vector<FakeSalesforceField> fields = {
      {"Id", "id", ""},
      {"IsDeleted", "boolean", ""},
      {"MasterRecordId", "reference", "MasterRecord"},
      {"CreatedDate", "datetime", ""},
      {"LastModifiedDate", "datetime", ""},
      {"SystemModstamp", "datetime", ""},
  };
  for (const auto& [name, type] : own) {
    fields.push_back({name, type, std::string(name) == "AccountId" ? "Account" : ""});
  }
  return fields;
}

}  // namespace

std::string fake_salesforce_time(TimePoint time) {
  std::string text = text::format_iso_seconds(time);
  text.pop_back();
  const auto part = time - std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:03}+0000", text, part.count());
}

FakeSalesforceObject::FakeSalesforceObject(std::string name, std::string prefix,
                                           std::vector<FakeSalesforceField> fields)
    : name_(std::move(name)), prefix_(std::move(prefix)), fields_(std::move(fields)) {}

void FakeSalesforceObject::add_field(FakeSalesforceField field) {
  fields_.push_back(std::move(field));
}

void FakeSalesforceObject::hide_field(const std::string& name, bool hidden) {
  for (auto& field : fields_) {
    if (field.name == name) field.hidden = hidden;
  }
}

const FakeSalesforceField* FakeSalesforceObject::visible_field(const std::string& name) const {
  const auto found = std::ranges::find(fields_, name, &FakeSalesforceField::name);
  return found == fields_.end() || found->hidden ? nullptr : &*found;
}

std::string FakeSalesforceObject::next_id() {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id = prefix_ + "5e0000000000";
  // Ids of one org are far apart in steps that mix upper and lower case.
  std::uint64_t number = next_++ * 37;
  for (std::size_t at = id.size(); number > 0; number /= kDigits.size()) id[--at] = kDigits[number % kDigits.size()];
  return *sync::salesforce_id(id);
}

void FakeSalesforceObject::put(FakeSalesforceRow row) {
  auto& stored = rows_[row.id];
  by_stamp_.erase({stored.stamp, row.id});
  by_stamp_.emplace(row.stamp, row.id);
  stored = std::move(row);
}

void FakeSalesforceObject::purge(const std::string& id) {
  const auto found = rows_.find(id);
  if (found == rows_.end()) return;
  by_stamp_.erase({found->second.stamp, id});
  rows_.erase(found);
}

const FakeSalesforceRow* FakeSalesforceObject::row(const std::string& id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

std::size_t FakeSalesforceObject::index_of(const std::string& field) const {
  return static_cast<std::size_t>(std::ranges::find(fields_, field, &FakeSalesforceField::name) - fields_.begin());
}

std::string FakeSalesforceObject::text(const FakeSalesforceRow& row, const std::string& field) const {
  if (field == "Name" && name_ != "Account") {
    const std::string first = text(row, "FirstName");
    const std::string last = text(row, "LastName");
    return first.empty() || last.empty() ? first + last : first + " " + last;
  }
  const std::size_t at = index_of(field);
  return at < row.values.size() ? row.values[at] : std::string();
}

void FakeSalesforceObject::set(FakeSalesforceRow& row, const std::string& field, const std::string& value) const {
  row.values.resize(fields_.size());
  const std::size_t at = index_of(field);
  if (at < row.values.size()) row.values[at] = value;
}

nlohmann::json FakeSalesforceObject::json(const FakeSalesforceRow& row, const FakeSalesforceField& field) const {
  if (field.name == "Id") return row.id;
  if (field.name == "IsDeleted") return row.deleted;
  if (field.name == "SystemModstamp" || field.name == "LastModifiedDate") return fake_salesforce_time(row.stamp);
  if (field.name == "CreatedDate") return fake_salesforce_time(row.created);
  const std::string value = field.name == "MasterRecordId" ? row.master_id : text(row, field.name);
  if (field.type == "boolean") return value == "true";
  if (value.empty()) return nullptr;
  if (field.type == "double") return std::stod(value);
  return value;
}

FakeSalesforceStore::FakeSalesforceStore()
    : accounts("Account", "001", fields_of({{"Name", "string"}, {"Phone", "phone"}})),
      contacts("Contact", "003",
               fields_of({{"Name", "string"},
                          {"FirstName", "string"},
                          {"LastName", "string"},
                          {"Title", "string"},
                          {"Email", "email"},
                          {"Phone", "phone"},
                          {"MobilePhone", "phone"},
                          {"HomePhone", "phone"},
                          {"OtherPhone", "phone"},
                          {"AssistantPhone", "phone"},
                          {"Fax", "phone"},
                          {"AccountId", "reference"},
                          {"OwnerId", "reference"},
                          {"DoNotCall", "boolean"},
                          {"HasOptedOutOfEmail", "boolean"}})),
      leads("Lead", "00Q",
            fields_of({{"Name", "string"},
                       {"FirstName", "string"},
                       {"LastName", "string"},
                       {"Company", "string"},
                       {"Title", "string"},
                       {"Email", "email"},
                       {"Phone", "phone"},
                       {"MobilePhone", "phone"},
                       {"Fax", "phone"},
                       {"OwnerId", "reference"},
                       {"DoNotCall", "boolean"},
                       {"IsConverted", "boolean"},
                       {"ConvertedContactId", "reference"}})) {}

FakeSalesforceObject* FakeSalesforceStore::object(const std::string& name) {
  for (auto* one : {&accounts, &contacts, &leads}) {
    if (one->name() == name) return one;
  }
  return nullptr;
}

FakeSalesforceObject& FakeSalesforceStore::of(const std::string& id) {
  if (id.starts_with("001")) return accounts;
  return id.starts_with("00Q") ? leads : contacts;
}

void FakeSalesforceStore::put_late(FakeSalesforceRow row, TimePoint visible_at) {
  late_.push_back({visible_at, std::move(row)});
}

const FakeSalesforceRow* FakeSalesforceStore::newest(const std::string& id) {
  for (auto late = late_.rbegin(); late != late_.rend(); ++late) {
    if (late->row.id == id) return &late->row;
  }
  return of(id).row(id);
}

void FakeSalesforceStore::show_late(TimePoint now) {
  while (!late_.empty() && late_.front().visible_at <= now) {
    FakeSalesforceRow row = std::move(late_.front().row);
    late_.pop_front();
    auto& object = of(row.id);
    object.put(std::move(row));
  }
}

}  // namespace ringdex::test_support

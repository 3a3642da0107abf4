#include "sync/connectors/csv/csv_row.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "sync/clean_text.h"
#include "telephony/text/base64.h"
#include "telephony/text/plain_text.h"

namespace ringdex::sync {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// What a spreadsheet puts around text to keep it from being a number: ="..." or an apostrophe in front.
std::string_view without_spreadsheet_quoting(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.starts_with("=\"") && cell.ends_with('"') && cell.size() >= 3)
    return trimmed(cell.substr(2, cell.size() - 3));
  if (cell.starts_with('\'')) return trimmed(cell.substr(1));
  return cell;
}

std::string_view cell_at(const std::vector<std::string>& cells, std::size_t column) {
  // A row may be shorter than the header.
  return column < cells.size() ? without_spreadsheet_quoting(cells[column]) : std::string_view{};
}

std::string_view first_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& columns) {
  for (const auto column : columns) {
    if (const auto cell = cell_at(cells, column); !cell.empty()) return cell;
  }
  return {};
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(end + separator.size(), text.size()));
  }
  return parts;
}

// "VIP ::: * myContacts" and "Family; Friends". Google's mark of its own groups is taken off.
std::vector<std::string> read_groups(std::string_view cell) {
  std::vector<std::string> groups;
  const auto separator = cell.find(":::") != std::string_view::npos ? ":::" : ";";
  for (auto part : split(cell, separator)) {
    if (part.starts_with("* ")) part.remove_prefix(2);
    groups.emplace_back(trimmed(part));
  }
  return groups;
}

std::vector<std::string> read_emails(std::string_view cell) {
  std::string text(cell);
  for (auto at = text.find(":::"); at != std::string::npos; at = text.find(":::")) text.replace(at, 3, "\n");
  for (auto& c : text) {
    if (c == ';' || c == ',' || c == ' ' || c == '\t' || c == '\r') c = '\n';
  }
  std::vector<std::string> emails;
  for (const auto part : split(text, "\n")) {
    if (part.find('@') != std::string_view::npos) emails.emplace_back(part);
  }
  return emails;
}

// 4.41632E+11: the digits behind are lost.
bool is_scientific(std::string_view text) {
  const auto exponent = text.find_first_of("eE");
  if (exponent == std::string_view::npos || exponent == 0) return false;
  const auto mantissa = text.substr(0, exponent);
  auto power = text.substr(exponent + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  const auto only = [](std::string_view part, std::string_view allowed) {
    return !part.empty() && part.find_first_not_of(allowed) == std::string_view::npos;
  };
  return only(mantissa, "0123456789.,") && mantissa.find_first_of("0123456789") == 0 && only(power, "0123456789") &&
         power.size() <= 3;
}

std::string read_name(const std::vector<std::string>& cells, const CsvColumnPlan& plan) {
  if (plan.whole_name) {
    if (const auto name = cell_at(cells, *plan.whole_name); !name.empty()) return std::string(name);
  }
  std::string name;
  for (const auto column : plan.name_parts) {
    const auto part = cell_at(cells, column);
    if (part.empty()) continue;
    if (!name.empty()) name += ' ';
    name += part;
  }
  return name.empty() ? std::string(first_of(cells, plan.other_names)) : name;
}

struct PhoneLabel {
  std::string text;
  bool preferred = false;
  bool left_out = false;
};

PhoneLabel read_label(const std::vector<std::string>& cells, const CsvPhoneColumn& column) {
  PhoneLabel label{column.label, false, false};
  if (!column.label_column) return label;
  auto text = cell_at(cells, *column.label_column);
  label.preferred = text.starts_with("* ");
  if (label.preferred) text.remove_prefix(2);
  label.text = text::ascii_lower(clean_line(text));
  if (label.text.find("fax") != std::string::npos) label.text = "fax";
  static constexpr std::array<std::string_view, 5> kNoPhones{"pager", "telex", "isdn", "tty", "assistant"};
  label.left_out = std::any_of(kNoPhones.begin(), kNoPhones.end(),
                               [&](auto word) { return label.text.find(word) != std::string::npos; });
  return label;
}

// The numbers of all phone columns, the preferred ones first. The error is a cell that can't be read.
std::expected<std::vector<std::pair<std::string, std::string>>, std::string> read_phones(
    const std::vector<std::string>& cells, const CsvColumnPlan& plan) {
  std::vector<std::pair<std::string, std::string>> preferred;
  std::vector<std::pair<std::string, std::string>> others;
  for (const auto& column : plan.phones) {
    const auto cell = cell_at(cells, column.value);
    if (cell.empty()) continue;
    const auto label = read_label(cells, column);
    if (label.left_out) continue;
    for (const auto values : split(cell, ":::")) {
      for (auto value : split(values, "\n")) {
        value = without_spreadsheet_quoting(value);
        if (value.empty()) continue;
        if (is_scientific(value)) {
          return std::unexpected(fmt::format("a spreadsheet has rounded the phone to {}", value));
        }
        (label.preferred ? preferred : others).emplace_back(label.text, value);
      }
    }
  }
  preferred.insert(preferred.end(), others.begin(), others.end());
  return preferred;
}

}  // namespace

std::string csv_person_hash(std::string_view name, std::string_view phone) {
  auto text = text::ascii_lower(clean_line(name)) + '\n';
  for (const char c : phone) {
    if (c >= '0' && c <= '9') text += c;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned bytes = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &bytes, EVP_sha256(), nullptr);
  return text::hex({reinterpret_cast<const char*>(digest.data()), 16});
}

std::expected<CsvPerson, std::string> read_csv_person(const std::vector<std::string>& cells,
                                                      const CsvColumnPlan& plan) {
  auto phones = read_phones(cells, plan);
  if (!phones) return std::unexpected(std::move(phones.error()));
  CsvPerson person;
  auto& record = person.raw.record;
  record.name = read_name(cells, plan);
  record.organization = first_of(cells, plan.organization);
  record.title = first_of(cells, plan.title);
  if (plan.url) record.url = cell_at(cells, *plan.url);
  for (const auto column : plan.emails) {
    for (auto& email : read_emails(cell_at(cells, column))) record.emails.push_back(std::move(email));
  }
  for (const auto column : plan.groups) {
    for (auto& group : read_groups(cell_at(cells, column))) record.groups.push_back(std::move(group));
  }
  if (plan.tags) {
    std::string tags(cell_at(cells, *plan.tags));
    std::replace_if(tags.begin(), tags.end(), [](char c) { return c == ',' || c == ';'; }, ' ');
    for (const auto tag : split(tags, " ")) record.tags.emplace_back(tag);
  }
  for (const auto& [name, column] : plan.fields) {
    if (const auto cell = cell_at(cells, column); !cell.empty()) person.raw.fields[name] = {std::string(cell)};
  }
  if (plan.id) record.id.external_id = clean_line(cell_at(cells, *plan.id));
  if (record.id.external_id.empty() && !plan.id_is_configured) {
    const auto& name = record.name.empty() ? record.organization : record.name;
    record.id.external_id = csv_person_hash(name, phones->empty() ? std::string_view{} : phones->front().second);
    person.id_is_hash = true;
  }
  person.raw.phones = std::move(*phones);
  return person;
}

}  // namespace ringdex::sync

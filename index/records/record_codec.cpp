#include "index/records/record_codec.h"

namespace ringdex::index {
namespace {

constexpr char kVersion = 1;
constexpr char kRecord = 1;
constexpr char kTombstone = 2;
constexpr char kRecordOfPerson = 3;

class Writer {
 public:
  explicit Writer(char type) : out_{kVersion, type} {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  void zigzag(std::int64_t value) {
    varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void time(TimePoint value) { zigzag(value.time_since_epoch().count()); }
  void time(const std::optional<TimePoint>& value) {
    byte(value.has_value());
    if (value) time(*value);
  }
  void string(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }
  void strings(const std::vector<std::string>& values) {
    varint(values.size());
    for (const auto& value : values) string(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads with every length checked. After the first short or bad read all further reads give empty values.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte() {
    if (rest_.empty()) return fail<std::uint8_t>();
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
    return fail<std::uint64_t>();
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  TimePoint time() { return TimePoint(std::chrono::milliseconds(zigzag())); }
  std::optional<TimePoint> optional_time() {
    if (byte() == 0) return std::nullopt;
    return time();
  }
  RecordKind kind() {
    const auto value = static_cast<RecordKind>(byte());
    return value >= RecordKind::contact && value <= RecordKind::local ? value : fail<RecordKind>();
  }
  std::string string() {
    const std::uint64_t length = varint();
    if (length > rest_.size()) return fail<std::string>();
    std::string value(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }
  // Each element takes at least one byte, so a count above the rest is a lie.
  std::uint64_t count() {
    const std::uint64_t value = varint();
    return value <= rest_.size() ? value : fail<std::uint64_t>();
  }
  std::vector<std::string> strings() {
    std::vector<std::string> values;
    for (std::uint64_t left = count(); left > 0; --left) values.push_back(string());
    return values;
  }
  bool finished() const { return good_ && rest_.empty(); }

 private:
  template <typename T>
  T fail() {
    good_ = false;
    rest_ = {};
    return T{};
  }
  std::string_view rest_;
  bool good_ = true;
};

std::string encode(const Record& record) {
  Writer out(record.person_id.empty() ? kRecord : kRecordOfPerson);
  if (!record.person_id.empty()) out.string(record.person_id);
  for (const std::string* text :
       {&record.name, &record.organization, &record.organization_id, &record.title, &record.url, &record.owner}) {
    out.string(*text);
  }
  for (const auto* list : {&record.emails, &record.groups, &record.tags}) out.strings(*list);
  out.varint(record.phones.size());
  for (const RecordPhone& phone : record.phones) {
    out.string(phone.raw);
    out.string(phone.label);
    out.string(phone.extension);
    out.byte(phone.number.has_value());
    if (phone.number) out.varint(phone.number->packed());
  }
  out.varint(record.consent.size());
  for (const auto& [channel, state] : record.consent) {
    out.string(channel);
    out.byte(static_cast<std::uint8_t>(state));
  }
  out.varint(record.custom.size());
  for (const auto& [name, value] : record.custom) {
    out.string(name);
    out.string(value);
  }
  out.time(record.created_at);
  out.time(record.updated_at);
  out.time(record.first_indexed_at);
  out.zigzag(record.version);
  return out.take();
}

std::string encode(const Tombstone& tombstone) {
  Writer out(kTombstone);
  out.zigzag(tombstone.version);
  out.time(tombstone.first_indexed_at);
  out.byte(tombstone.merged_into.has_value());
  if (tombstone.merged_into) {
    out.string(tombstone.merged_into->source);
    out.byte(static_cast<std::uint8_t>(tombstone.merged_into->kind));
    out.string(tombstone.merged_into->external_id);
  }
  return out.take();
}

Record decode_record(Reader& in, const RecordId& id) {
  Record record;
  record.id = id;
  for (std::string* text :
       {&record.name, &record.organization, &record.organization_id, &record.title, &record.url, &record.owner}) {
    *text = in.string();
  }
  for (auto* list : {&record.emails, &record.groups, &record.tags}) *list = in.strings();
  for (std::uint64_t left = in.count(); left > 0; --left) {
    RecordPhone& phone = record.phones.emplace_back();
    phone.raw = in.string();
    phone.label = in.string();
    phone.extension = in.string();
    if (in.byte() != 0) phone.number = telephony::PhoneNumber::from_packed(in.varint());
  }
  for (std::uint64_t left = in.count(); left > 0; --left) {
    std::string channel = in.string();
    const std::uint8_t state = in.byte();
    record.consent[std::move(channel)] = state <= 2 ? static_cast<Consent>(state) : Consent::unknown;
  }
  for (std::uint64_t left = in.count(); left > 0; --left) {
    std::string name = in.string();
    record.custom[std::move(name)] = in.string();
  }
  record.created_at = in.optional_time();
  record.updated_at = in.optional_time();
  record.first_indexed_at = in.time();
  record.version = in.zigzag();
  return record;
}

Tombstone decode_tombstone(Reader& in) {
  Tombstone tombstone;
  tombstone.version = in.zigzag();
  tombstone.first_indexed_at = in.time();
  if (in.byte() != 0) {
    RecordId& winner = tombstone.merged_into.emplace();
    winner.source = in.string();
    winner.kind = in.kind();
    winner.external_id = in.string();
  }
  return tombstone;
}

}  // namespace

std::string encode_entry(const Entry& entry) {
  return std::visit([](const auto& value) { return encode(value); }, entry);
}

bool is_record(std::string_view bytes) {
  return bytes.size() > 1 && bytes[0] == kVersion && bytes[1] != kTombstone;
}

std::optional<Entry> decode_entry(std::string_view bytes, const RecordId& id) {
  Reader in(bytes);
  if (in.byte() != kVersion) return std::nullopt;
  const std::uint8_t type = in.byte();
  std::optional<Entry> entry;
  if (type == kRecord || type == kRecordOfPerson) {
    std::string person_id = type == kRecordOfPerson ? in.string() : std::string();
    Record record = decode_record(in, id);
    record.person_id = std::move(person_id);
    entry = std::move(record);
  }
  if (type == kTombstone) entry = decode_tombstone(in);
  if (!in.finished()) return std::nullopt;
  return entry;
}

}  // namespace ringdex::index

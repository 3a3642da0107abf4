#include "index/records/record_codec.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

using namespace std::string_literals;

namespace ringdex::index {
namespace {

class RandomEntries {
 public:
  explicit RandomEntries(std::uint64_t seed) : chance_(seed) {}

  std::uint64_t below(std::uint64_t end) { return chance_() % end; }
  std::string text() {
    std::string out(below(4) == 0 ? below(300) : below(12), '\0');
    for (char& byte : out) byte = static_cast<char>(below(256));
    return out;
  }
  std::int64_t integer() {
    switch (below(5)) {
      case 0:
        return std::numeric_limits<std::int64_t>::min();
      case 1:
        return std::numeric_limits<std::int64_t>::max();
      case 2:
        return 0;
      default:
        return static_cast<std::int64_t>(chance_()) >> below(64);
    }
  }
  TimePoint time() { return TimePoint(std::chrono::milliseconds(integer())); }
  RecordId id() { return {"crm", static_cast<RecordKind>(1 + below(3)), text()}; }

  Record record() {
    Record record;
    record.id = id();
    for (std::string* field :
         {&record.name, &record.organization, &record.organization_id, &record.title, &record.url, &record.owner}) {
      *field = text();
    }
    for (auto* list : {&record.emails, &record.groups, &record.tags}) {
      for (std::uint64_t left = below(4); left > 0; --left) list->push_back(text());
    }
    for (std::uint64_t left = below(4); left > 0; --left) {
      RecordPhone& phone = record.phones.emplace_back(text(), std::nullopt, text(), text());
      if (below(2) == 0) phone.number = telephony::PhoneNumber::from_packed(chance_() >> below(40));
    }
    for (std::uint64_t left = below(3); left > 0; --left) record.consent[text()] = static_cast<Consent>(below(3));
    for (std::uint64_t left = below(3); left > 0; --left) record.custom[text()] = text();
    if (below(2) == 0) record.created_at = time();
    if (below(2) == 0) record.updated_at = time();
    record.first_indexed_at = time();
    record.version = integer();
    if (below(4) == 0) record.person_id = text();
    return record;
  }
  Tombstone tombstone() {
    Tombstone tombstone{integer(), time(), std::nullopt};
    if (below(2) == 0) tombstone.merged_into = id();
    return tombstone;
  }
  Entry entry() { return below(4) == 0 ? Entry(tombstone()) : Entry(record()); }

 private:
  std::mt19937_64 chance_;
};

RecordId id_of(const Entry& entry) {
  const auto* record = std::get_if<Record>(&entry);
  return record ? record->id : RecordId{"crm", RecordKind::contact, "1"};
}

}  // namespace

TEST_CASE("random entries come back as they were") {
  RandomEntries random(1);
  for (int round = 0; round < 3000; ++round) {
    const Entry entry = random.entry();
    const auto decoded = decode_entry(encode_entry(entry), id_of(entry));
    REQUIRE(decoded.has_value());
    REQUIRE(*decoded == entry);
  }
}

TEST_CASE("bytes that were cut or run on are no entry") {
  RandomEntries random(2);
  for (int round = 0; round < 200; ++round) {
    const Entry entry = random.entry();
    const std::string bytes = encode_entry(entry);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      REQUIRE_FALSE(decode_entry(std::string_view(bytes).substr(0, length), id_of(entry)));
    }
    REQUIRE_FALSE(decode_entry(bytes + '\0', id_of(entry)));
  }
}

TEST_CASE("damaged and random bytes never crash, and what they decode to encodes") {
  RandomEntries random(3);
  const RecordId id{"crm", RecordKind::contact, "1"};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = random.text();
    if (random.below(2) == 0) {
      bytes = encode_entry(random.entry());
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    } else {
      bytes = (random.below(2) == 0 ? "\x01\x01"s : "\x01\x02"s).append(bytes);
    }
    const auto decoded = decode_entry(bytes, id);
    if (!decoded) continue;
    const auto again = decode_entry(encode_entry(*decoded), id);
    REQUIRE(again.has_value());
    REQUIRE(*again == *decoded);
  }
}

TEST_CASE("an unknown version or type is no entry") {
  const RecordId id{"crm", RecordKind::contact, "1"};
  Record nobody;
  nobody.id = id;
  for (const Entry& entry : {Entry(nobody), Entry(Tombstone{})}) {
    std::string bytes = encode_entry(entry);
    CHECK(decode_entry(bytes, id) == entry);
    for (int value = 0; value < 256; ++value) {
      std::string other = bytes;
      other[0] = static_cast<char>(value);
      CHECK(decode_entry(other, id).has_value() == (value == 1));
      if (value == 1 || value == 2) continue;
      other = bytes;
      other[1] = static_cast<char>(value);
      CHECK_FALSE(decode_entry(other, id));
    }
  }
}

TEST_CASE("a survivor of an unknown kind is no entry") {
  const RecordId id{"crm", RecordKind::contact, "1"};
  std::string bytes = encode_entry(Tombstone{1, {}, RecordId{"crm", RecordKind::lead, "2"}});
  const std::size_t kind = bytes.find("crm") + 3;
  for (const char value : {'\x00', '\x04', '\xff'}) {
    bytes[kind] = value;
    CHECK_FALSE(decode_entry(bytes, id));
  }
}

TEST_CASE("a length that lies takes no memory") {
  const RecordId id{"crm", RecordKind::contact, "1"};
  CHECK_FALSE(decode_entry("\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, id));
  // Six empty strings, then a list of 2^63 e-mails.
  CHECK_FALSE(decode_entry("\x01\x01\0\0\0\0\0\0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s, id));
}

}  // namespace ringdex::index

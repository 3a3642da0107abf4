#include <lber.h>

#include <cstring>

#include "telephony/ldap/ldap_message.h"

// The answers' BER by hand: ber_printf() and ber_flatten() would allocate and copy several times for each entry. All
// lengths are known beforehand, so that each message is written once, from front to back, into its place.
namespace ringdex::telephony {
namespace {

constexpr ber_tag_t kResponseControls = 0xA0;
constexpr ber_tag_t kResponseOid = 0x8A;
constexpr ber_tag_t kResponseValue = 0x8B;

constexpr std::size_t length_octets(std::size_t length) {
  std::size_t octets = 1;
  if (length < 0x80) return octets;
  for (; length != 0; length >>= 8U) ++octets;
  return octets;
}

constexpr std::size_t element_bytes(std::size_t content) {
  return 1 + length_octets(content) + content;
}

// Of an integer that is not negative: its first bit must not look like a sign.
constexpr std::size_t integer_octets(std::int32_t value) {
  std::size_t octets = 1;
  for (; value > 0x7F; value >>= 8) ++octets;
  return octets;
}

// Writes elements into a place that has room for them.
class Encoder {
 public:
  // Makes room for `bytes` at the end of `out`.
  Encoder(std::string& out, std::size_t bytes) {
    const std::size_t size = out.size();
    out.resize(size + bytes);
    at_ = out.data() + size;
  }

  void head(ber_tag_t tag, std::size_t length) {
    octet(tag);
    if (length < 0x80) return octet(length);
    std::size_t octets = length_octets(length) - 1;
    octet(0x80U | octets);
    while (octets-- > 0) octet(length >> (8U * octets));
  }

  void text(ber_tag_t tag, std::string_view text) {
    head(tag, text.size());
    if (text.empty()) return;
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

  void integer(ber_tag_t tag, std::int32_t value) {
    std::size_t octets = integer_octets(value);
    head(tag, octets);
    while (octets-- > 0) octet(static_cast<std::size_t>(value) >> (8U * octets));
  }

 private:
  void octet(std::size_t value) { *at_++ = static_cast<char>(value & 0xFFU); }
  char* at_;
};

std::size_t result_bytes(const LdapResult& result) {
  return element_bytes(integer_octets(static_cast<std::int32_t>(result.code))) +
         element_bytes(result.matched_dn.size()) + element_bytes(result.diagnostic.size());
}

void put_result(Encoder& encoder, const LdapResult& result) {
  encoder.integer(LBER_ENUMERATED, static_cast<std::int32_t>(result.code));
  encoder.text(LBER_OCTETSTRING, result.matched_dn);
  encoder.text(LBER_OCTETSTRING, result.diagnostic);
}

std::size_t control_bytes(const LdapControl& control) {
  return element_bytes(control.oid.size()) + (control.critical ? element_bytes(1) : 0) +
         (control.value ? element_bytes(control.value->size()) : 0);
}

std::size_t values_bytes(const LdapEntryAttribute& attribute, bool types_only) {
  std::size_t bytes = 0;
  if (types_only) return bytes;
  for (const std::string_view value : attribute.values) bytes += element_bytes(value.size());
  return bytes;
}

// A message's head up to its operation's content; `rest` is what follows the operation.
Encoder begin_message(std::string& out, std::int32_t message_id, LdapResponseTag tag, std::size_t operation,
                      std::size_t rest = 0) {
  const std::size_t content = element_bytes(integer_octets(message_id)) + element_bytes(operation) + rest;
  Encoder encoder(out, element_bytes(content));
  encoder.head(LBER_SEQUENCE, content);
  encoder.integer(LBER_INTEGER, message_id);
  encoder.head(static_cast<ber_tag_t>(tag), operation);
  return encoder;
}

}  // namespace

void append_ldap_result(std::string& out, std::int32_t message_id, LdapResponseTag tag, const LdapResult& result,
                        std::span<const LdapControl> controls) {
  std::size_t all_controls = 0;
  for (const LdapControl& control : controls) all_controls += element_bytes(control_bytes(control));
  const std::size_t rest = controls.empty() ? 0 : element_bytes(all_controls);
  Encoder encoder = begin_message(out, message_id, tag, result_bytes(result), rest);
  put_result(encoder, result);
  if (controls.empty()) return;
  encoder.head(kResponseControls, all_controls);
  for (const LdapControl& control : controls) {
    encoder.head(LBER_SEQUENCE, control_bytes(control));
    encoder.text(LBER_OCTETSTRING, control.oid);
    if (control.critical) encoder.text(LBER_BOOLEAN, "\xFF");
    if (control.value) encoder.text(LBER_OCTETSTRING, *control.value);
  }
}

void append_ldap_entry(std::string& out, std::int32_t message_id, std::string_view dn,
                       std::span<const LdapEntryAttribute> attributes, bool types_only) {
  std::size_t list = 0;
  for (const LdapEntryAttribute& attribute : attributes) {
    list += element_bytes(element_bytes(attribute.name.size()) + element_bytes(values_bytes(attribute, types_only)));
  }
  const std::size_t operation = element_bytes(dn.size()) + element_bytes(list);
  Encoder encoder = begin_message(out, message_id, LdapResponseTag::search_entry, operation);
  encoder.text(LBER_OCTETSTRING, dn);
  encoder.head(LBER_SEQUENCE, list);
  for (const LdapEntryAttribute& attribute : attributes) {
    const std::size_t values = values_bytes(attribute, types_only);
    encoder.head(LBER_SEQUENCE, element_bytes(attribute.name.size()) + element_bytes(values));
    encoder.text(LBER_OCTETSTRING, attribute.name);
    encoder.head(LBER_SET, values);
    if (types_only) continue;
    for (const std::string_view value : attribute.values) encoder.text(LBER_OCTETSTRING, value);
  }
}

void append_ldap_extended_response(std::string& out, std::int32_t message_id, const LdapResult& result,
                                   std::optional<std::string_view> oid, std::optional<std::string_view> value) {
  const std::size_t bytes =
      result_bytes(result) + (oid ? element_bytes(oid->size()) : 0) + (value ? element_bytes(value->size()) : 0);
  Encoder encoder = begin_message(out, message_id, LdapResponseTag::extended, bytes);
  put_result(encoder, result);
  if (oid) encoder.text(kResponseOid, *oid);
  if (value) encoder.text(kResponseValue, *value);
}

void append_ldap_notice_of_disconnection(std::string& out, const LdapResult& result) {
  append_ldap_extended_response(out, 0, result, kLdapNoticeOfDisconnectionOid);
}

std::string paged_results_value(std::string_view cookie, std::int32_t size) {
  const std::size_t content = element_bytes(integer_octets(size)) + element_bytes(cookie.size());
  std::string value;
  Encoder encoder(value, element_bytes(content));
  encoder.head(LBER_SEQUENCE, content);
  encoder.integer(LBER_INTEGER, size);
  encoder.text(LBER_OCTETSTRING, cookie);
  return value;
}

}  // namespace ringdex::telephony

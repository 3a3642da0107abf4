#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "telephony/ldap/ldap_filter.h"

// LDAPv3 messages (RFC 4511): bytes in, values out, and back. Free of state and safe from any thread.
namespace ringdex::telephony {

// What a request may hold; more is malformed.
inline constexpr std::size_t kLdapAttributesMax = 128;
inline constexpr std::size_t kLdapControlsMax = 16;

inline constexpr std::string_view kLdapPagedResultsOid = "1.2.840.113556.1.4.319";
inline constexpr std::string_view kLdapNoticeOfDisconnectionOid = "1.3.6.1.4.1.1466.20036";
inline constexpr std::string_view kLdapStartTlsOid = "1.3.6.1.4.1.1466.20037";
inline constexpr std::string_view kLdapWhoAmIOid = "1.3.6.1.4.1.4203.1.11.3";

// RFC 4511 section 4.1.9.
enum class LdapResultCode : std::int32_t {
  success = 0,
  operations_error = 1,
  protocol_error = 2,
  time_limit_exceeded = 3,
  size_limit_exceeded = 4,
  compare_false = 5,
  compare_true = 6,
  auth_method_not_supported = 7,
  stronger_auth_required = 8,
  admin_limit_exceeded = 11,
  unavailable_critical_extension = 12,
  confidentiality_required = 13,
  no_such_attribute = 16,
  undefined_attribute_type = 17,
  inappropriate_matching = 18,
  no_such_object = 32,
  invalid_dn_syntax = 34,
  inappropriate_authentication = 48,
  invalid_credentials = 49,
  insufficient_access_rights = 50,
  busy = 51,
  unavailable = 52,
  unwilling_to_perform = 53,
  other = 80,
};

// The first octet of an answer's operation.
enum class LdapResponseTag : std::uint8_t {
  bind = 0x61,
  search_entry = 0x64,
  search_done = 0x65,
  modify = 0x67,
  add = 0x69,
  remove = 0x6b,
  modify_dn = 0x6d,
  compare = 0x6f,
  extended = 0x78,
};

// What the first bytes of a connection's input hold. `bytes` is the whole message's length with its head, also while
// more of it is needed; 0 while even that is unknown.
struct LdapFrame {
  enum class State : std::uint8_t { need_more, whole, malformed };
  State state = State::need_more;
  std::size_t bytes = 0;
  bool operator==(const LdapFrame&) const = default;
};

// Reads at most six bytes. A message of more than `bytes_max` bytes, one of indefinite length or with more than four
// octets of length is malformed, as soon as that can be seen.
LdapFrame next_ldap_frame(std::string_view input, std::size_t bytes_max);

struct LdapBind {
  std::int32_t version = 0;
  std::string_view name;
  std::optional<std::string_view> password;  // simple authentication; nullopt for some other method
  std::string_view mechanism;                // of SASL; empty for a method that RFC 4511 does not know
  bool operator==(const LdapBind&) const = default;
};

struct LdapUnbind {
  bool operator==(const LdapUnbind&) const = default;
};

enum class LdapScope : std::uint8_t { base = 0, one_level = 1, subtree = 2 };

struct LdapSearch {
  std::string_view base;
  LdapScope scope = LdapScope::base;
  std::int32_t aliases = 0;     // derefAliases, 0 to 3
  std::int32_t size_limit = 0;  // entries; 0: none asked
  std::int32_t time_limit = 0;  // seconds; 0: none asked
  bool types_only = false;
  LdapFilter filter;
  std::vector<std::string_view> attributes;
  bool operator==(const LdapSearch&) const = default;
};

struct LdapAbandon {
  std::int32_t message_id = 0;
  bool operator==(const LdapAbandon&) const = default;
};

struct LdapExtended {
  std::string_view oid;
  std::optional<std::string_view> value;
  bool operator==(const LdapExtended&) const = default;
};

struct LdapCompare {
  std::string_view dn;
  std::string_view attribute;
  std::string_view value;
  bool operator==(const LdapCompare&) const = default;
};

// Modify, add, delete or modify DN, whose content is not looked at, and the tag to refuse it with.
struct LdapWrite {
  LdapResponseTag response_tag = LdapResponseTag::modify;
  bool operator==(const LdapWrite&) const = default;
};

struct LdapControl {
  std::string_view oid;
  bool critical = false;
  std::optional<std::string_view> value;
  bool operator==(const LdapControl&) const = default;
};

using LdapOperation = std::variant<LdapBind, LdapUnbind, LdapSearch, LdapAbandon, LdapExtended, LdapCompare, LdapWrite>;

// Its texts point into the message's bytes, which must outlive it and stay where they are.
struct LdapRequest {
  std::int32_t message_id = 0;  // 1 to 2^31-1
  LdapOperation operation;
  std::vector<LdapControl> controls;
  bool operator==(const LdapRequest&) const = default;
};

// To be answered with a notice of disconnection and the end of the connection.
struct LdapMalformed {
  std::string_view reason;  // static text in plain words
};

// `message` is one whole message as next_ldap_frame() found it. Each length inside must be that of what it holds.
std::expected<LdapRequest, LdapMalformed> decode_ldap_request(std::string_view message);

// RFC 2696. The size is the client's wish for entries in a page, 0 if it only asks how many there are.
struct LdapPagedResults {
  std::int32_t size = 0;
  std::string_view cookie;
  bool operator==(const LdapPagedResults&) const = default;
};
// nullopt if broken, to be answered with protocol_error.
std::optional<LdapPagedResults> paged_results_of(const LdapControl& control);

// The value of the answer's control: a page's cookie, empty with the last one (its size, an estimate of all entries, is
// 0 for unknown).
std::string paged_results_value(std::string_view cookie, std::int32_t size = 0);

// The answers. Each is appended to `out`, so that many can be sent with one write. The texts are not checked.
struct LdapResult {
  LdapResultCode code = LdapResultCode::success;
  std::string_view diagnostic = {};
  std::string_view matched_dn = {};
};

// Everything but search entries and extended responses: bind, search done, compare and the refused writes.
void append_ldap_result(std::string& out, std::int32_t message_id, LdapResponseTag tag, const LdapResult& result,
                        std::span<const LdapControl> controls = {});

struct LdapEntryAttribute {
  std::string_view name;
  std::span<const std::string_view> values;
};
// Without the values if `types_only`.
void append_ldap_entry(std::string& out, std::int32_t message_id, std::string_view dn,
                       std::span<const LdapEntryAttribute> attributes, bool types_only = false);

void append_ldap_extended_response(std::string& out, std::int32_t message_id, const LdapResult& result,
                                   std::optional<std::string_view> oid = {},
                                   std::optional<std::string_view> value = {});

// The last thing that a client hears before the connection is closed by us (RFC 4511 section 4.4.1).
void append_ldap_notice_of_disconnection(std::string& out, const LdapResult& result);

}  // namespace ringdex::telephony

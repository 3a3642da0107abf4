#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "telephony/ldap/ldap_message.h"

// What clients send: the opposite of decode_ldap_request(), for tests. Written apart from the product's encoder, and
// with no care for speed.
namespace ringdex::telephony::ldap_test {

inline std::string element(unsigned tag, std::string_view content) {
  std::string bytes(1, static_cast<char>(tag));
  std::string length;
  for (std::size_t rest = content.size(); rest != 0; rest /= 256) {
    length.insert(length.begin(), static_cast<char>(rest % 256));
  }
  if (content.size() < 128) {
    bytes += static_cast<char>(content.size());
  } else {
    bytes += static_cast<char>(128 + length.size());
    bytes += length;
  }
  return bytes.append(content);
}

inline std::string text(std::string_view content) {
  return element(0x04, content);
}

inline std::string integer(std::int32_t value, unsigned tag = 0x02) {
  std::string octets;
  for (std::int32_t rest = value; octets.empty() || rest != 0; rest /= 256) {
    octets.insert(octets.begin(), static_cast<char>(rest % 256));
  }
  if ((static_cast<unsigned char>(octets.front()) & 0x80U) != 0) octets.insert(octets.begin(), '\0');
  return element(tag, octets);
}

inline std::string boolean(bool value, unsigned tag = 0x01) {
  return element(tag, std::string(1, value ? '\xFF' : '\0'));
}

inline std::string leaf_bytes(const LdapFilterNode& node) {
  const LdapAssertion& assertion = node.assertion;
  const std::string both = text(assertion.attribute) + text(assertion.value);
  std::string content;
  switch (node.kind) {
    case LdapFilterKind::substrings:
      for (std::size_t at = 0; at < assertion.pieces.size(); ++at) {
        const bool is_initial = assertion.is_anchored && at == 0;
        const bool is_final = assertion.is_ended && at + 1 == assertion.pieces.size();
        content += element(is_initial ? 0x80 : is_final ? 0x82 : 0x81, assertion.pieces[at]);
      }
      return element(0xA4, text(assertion.attribute) + element(0x30, content));
    case LdapFilterKind::present:
      return element(0x87, assertion.attribute);
    case LdapFilterKind::extensible:
      if (!assertion.rule.empty()) content += element(0x81, assertion.rule);
      if (!assertion.attribute.empty()) content += element(0x82, assertion.attribute);
      content += element(0x83, assertion.value);
      if (assertion.with_dn) content += boolean(true, 0x84);
      return element(0xA9, content);
    case LdapFilterKind::greater_or_equal:
      return element(0xA5, both);
    case LdapFilterKind::less_or_equal:
      return element(0xA6, both);
    case LdapFilterKind::approx:
      return element(0xA8, both);
    default:
      return element(0xA3, both);
  }
}

inline std::string filter_bytes(const LdapFilter& filter, std::size_t at = 0) {
  const LdapFilterNode& node = filter.nodes.at(at);
  if (node.is_leaf()) return leaf_bytes(node);
  std::string content;
  for (std::size_t child = at + 1; child < node.end; child = filter.nodes.at(child).end) {
    content += filter_bytes(filter, child);
  }
  const unsigned tag = node.kind == LdapFilterKind::all_of ? 0xA0 : node.kind == LdapFilterKind::any_of ? 0xA1 : 0xA2;
  return element(tag, content);
}

// A search whose filter and list of attributes are given as bytes.
inline std::string search_bytes(const LdapSearch& search, std::string_view filter, std::string_view attributes) {
  return element(0x63, text(search.base) + integer(static_cast<std::int32_t>(search.scope), 0x0A) +
                           integer(search.aliases, 0x0A) + integer(search.size_limit) + integer(search.time_limit) +
                           boolean(search.types_only) + std::string(filter) + element(0x30, attributes));
}

struct OperationBytes {
  std::string operator()(const LdapBind& bind) const {
    std::string method = element(0x85, "");
    if (bind.password) {
      method = element(0x80, *bind.password);
    } else if (!bind.mechanism.empty()) {
      method = element(0xA3, text(bind.mechanism));
    }
    return element(0x60, integer(bind.version) + text(bind.name) + method);
  }
  std::string operator()(const LdapUnbind&) const { return element(0x42, ""); }
  std::string operator()(const LdapSearch& search) const {
    std::string attributes;
    for (const std::string_view attribute : search.attributes) attributes += text(attribute);
    return search_bytes(search, filter_bytes(search.filter), attributes);
  }
  std::string operator()(const LdapAbandon& abandon) const { return integer(abandon.message_id, 0x50); }
  std::string operator()(const LdapExtended& extended) const {
    return element(0x77, element(0x80, extended.oid) + (extended.value ? element(0x81, *extended.value) : ""));
  }
  std::string operator()(const LdapCompare& compare) const {
    return element(0x6E, text(compare.dn) + element(0x30, text(compare.attribute) + text(compare.value)));
  }
  std::string operator()(const LdapWrite& write) const {
    const unsigned request = static_cast<unsigned>(write.response_tag) - 1;
    return element(write.response_tag == LdapResponseTag::remove ? 0x4A : request, "");
  }
};

inline std::string message_bytes(std::int32_t id, std::string_view operation, std::string_view controls = {}) {
  return element(0x30, integer(id) + std::string(operation) + std::string(controls));
}

inline std::string control_bytes(const LdapControl& control) {
  return element(
      0x30, text(control.oid) + (control.critical ? boolean(true) : "") + (control.value ? text(*control.value) : ""));
}

inline std::string request_bytes(const LdapRequest& request) {
  std::string controls;
  for (const LdapControl& control : request.controls) controls += control_bytes(control);
  if (!controls.empty()) controls = element(0xA0, controls);
  return message_bytes(request.message_id, std::visit(OperationBytes{}, request.operation), controls);
}

}  // namespace ringdex::telephony::ldap_test

#include "telephony/number/caller_id.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

// What phone systems send in place of a number that is hidden or not known to them. Compared in lower case. The last
// four are the words as spelt on a keypad, which some gateways send.
constexpr std::array<std::string_view, 22> kWithheldWords = {
    "anonymous",       "restricted",     "asterisk",       "private",
    "withheld",        "unavailable",    "unknown",        "no number",
    "blocked",         "id hidden",      "hidden",         "not available",
    "number withheld", "private number", "unknown number", "caller id blocked",
    "no caller id",    "out of area",    "266696687",      "7378742833",
    "86282452253",     "8656696"};

bool is_withheld_word(std::string_view text) {
  const std::string lower = text::ascii_lower(text::trimmed(text));
  return std::ranges::find(kWithheldWords, lower) != kWithheldWords.end();
}

bool is_all_zeros(std::string_view digits) {
  return !digits.empty() && digits.find_first_not_of('0') == std::string_view::npos;
}

std::optional<int> hex_value(char character) {
  if (text::is_digit(character)) return character - '0';
  const std::string lower = text::ascii_lower(std::string_view(&character, 1));
  if (lower[0] >= 'a' && lower[0] <= 'f') return lower[0] - 'a' + 10;
  return std::nullopt;
}

// A percent sign without two hex digits behind it stays as it is.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const auto high = hex_value(text[at + 1]);
      const auto low = hex_value(text[at + 2]);
      if (high && low) {
        decoded.push_back(static_cast<char>(*high * 16 + *low));
        at += 2;
        continue;
      }
    }
    decoded.push_back(text[at]);
  }
  return decoded;
}

// Takes a display name off the front of `text`: quoted with backslash escapes, or the plain words before '<'.
std::string take_display_name(std::string_view& text) {
  std::string name;
  if (text.starts_with('"')) {
    std::size_t at = 1;
    for (; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      name.push_back(text[at]);
    }
    // An unclosed quote is no name.
    if (at == text.size()) return {};
    text = text::trimmed(text.substr(at + 1));
    return name;
  }
  const std::size_t open = text.find('<');
  if (open == std::string_view::npos) return {};
  name = std::string(text::trimmed(text.substr(0, open)));
  text.remove_prefix(open);
  return name;
}

bool take_scheme(std::string_view& text, std::string_view scheme) {
  if (text.size() < scheme.size() || text::ascii_lower(text.substr(0, scheme.size())) != scheme) return false;
  text.remove_prefix(scheme.size());
  return true;
}

struct Parameters {
  std::string extension;
  std::string phone_context;
};

// ";ext=12;phone-context=+39": names in any case and order. Those of RFC 4694 (npdi, rn, cic), verstat, cpc, oli and
// isub say nothing about who calls and are passed over.
Parameters read_parameters(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view parameter = text.substr(0, end);
    text.remove_prefix(end);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name = text::ascii_lower(text::trimmed(parameter.substr(0, equals)));
    const std::string_view value = text::trimmed(parameter.substr(equals + 1));
    if (name == "ext") parameters.extension = text::digits_of(value);
    if (name == "phone-context") parameters.phone_context = std::string(value);
  }
  return parameters;
}

// An IPv4 address, which phone systems of unregistered callers send as user. A dotted phone number has a group over 255
// or starts with a zero.
bool is_address(std::string_view text) {
  std::size_t groups = 0;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view group = text.substr(0, dot);
    const bool is_octet = !group.empty() && group.size() <= 3 && std::ranges::all_of(group, text::is_digit) &&
                          (group.size() < 3 || group <= "255") && (group.size() == 1 || group[0] != '0');
    if (!is_octet || ++groups > 4) return false;
    if (dot == text.size()) return groups == 4;
    text.remove_prefix(dot + 1);
  }
}

// What the number part may look like once the URI is off: digits and separators, a leading plus, a vanity word, an
// extension in words. SIP user names have letters in front of their digits or no digits at all.
bool looks_like_number(std::string_view text) {
  const std::size_t first = text.find_first_not_of("+(. -*#");
  if (first == std::string_view::npos) return false;
  const bool starts_right = text::is_digit(text[first]) || static_cast<unsigned char>(text[first]) >= 0x80;
  return starts_right && !text.contains('@') && !text.contains('_') && !is_address(text);
}

void judge_number(CallerId& caller, std::string_view text) {
  std::string number(text::trimmed(text));
  // Markers that some gateways leave behind the number.
  while (number.ends_with('#') || number.ends_with('*')) number.pop_back();
  // A number dialled from a name-less field may still say so itself.
  if (number.empty() || is_withheld_word(number)) {
    caller.kind = CallerId::Kind::withheld;
    return;
  }
  const std::string digits = text::digits_of(number);
  if (is_all_zeros(digits) && number.find_first_not_of("+0 -.()") == std::string::npos) {
    caller.kind = CallerId::Kind::not_a_number;
    return;
  }
  if (!looks_like_number(number)) return;
  caller.kind = CallerId::Kind::number;
  caller.number_text = std::move(number);
}

void read_uri(CallerId& caller, std::string_view text, bool is_tel) {
  // The user part may have parameters of its own (RFC 3261, 19.1.6): they stand before '@'. A URI without '@' is a
  // host alone, unless it is a tel: URI.
  const std::size_t at_sign = text.find('@');
  if (!is_tel && at_sign == std::string_view::npos) {
    const std::string_view host = text.substr(0, text.find_first_of(";:?"));
    if (host.empty() || is_withheld_word(host)) caller.kind = CallerId::Kind::withheld;
    // Some phone systems leave the host away; digits alone are a user then.
    if (host.find_first_not_of("+0123456789") == std::string_view::npos) judge_number(caller, host);
    return;
  }
  if (!is_tel && text::ascii_lower(text.substr(at_sign + 1)).starts_with("anonymous.invalid")) {
    caller.kind = CallerId::Kind::withheld;
    return;
  }
  std::string user = percent_decoded(is_tel ? text.substr(0, text.find('?')) : text.substr(0, at_sign));
  const std::size_t semicolon = std::min(user.find(';'), user.size());
  const Parameters parameters = read_parameters(std::string_view(user).substr(semicolon));
  user.resize(semicolon);
  // A password has no place in a caller's address, but the grammar allows it.
  if (const std::size_t colon = user.find(':'); !is_tel && colon != std::string::npos) user.resize(colon);
  const auto plain = text::plain_text(user);
  if (!plain) return;
  user = *plain;
  if (!parameters.phone_context.empty() && !user.starts_with('+')) {
    // A domain makes the number private to that domain; a prefix completes it.
    if (!parameters.phone_context.starts_with('+')) return;
    user = parameters.phone_context + user;
  }
  judge_number(caller, user);
  if (caller.kind == CallerId::Kind::number) caller.extension = parameters.extension;
}

}  // namespace

CallerId read_caller_id(std::string_view text) {
  CallerId caller;
  if (text.size() > kCallerIdBytesMax) return caller;
  const auto plain = text::plain_text(text);
  if (!plain) return caller;
  std::string_view rest = *plain;
  // Form decoding turns a raw plus into a space.
  const bool lost_plus = rest.size() >= 2 && rest[0] == ' ' && text::is_digit(rest[1]);
  rest = text::trimmed(rest);
  if (rest.empty()) {
    caller.kind = CallerId::Kind::withheld;
    return caller;
  }
  caller.display_name = take_display_name(rest);
  if (rest.starts_with('<')) {
    rest = rest.substr(1, std::min(rest.find('>'), rest.size()) - 1);
    rest = text::trimmed(rest);
  }
  if (take_scheme(rest, "sip:") || take_scheme(rest, "sips:")) {
    read_uri(caller, rest, false);
  } else if (take_scheme(rest, "tel:")) {
    read_uri(caller, rest, true);
  } else if (rest.contains('@')) {
    read_uri(caller, rest, false);
  } else if (rest.contains(';')) {
    read_uri(caller, rest, true);
  } else {
    judge_number(caller, (lost_plus ? "+" : "") + percent_decoded(rest));
  }
  return caller;
}

}  // namespace ringdex::telephony

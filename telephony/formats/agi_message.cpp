#include "telephony/formats/agi_message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "telephony/text/plain_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::telephony {
namespace {

// One line of what Asterisk sends, without LF or CR LF. Taken off `rest` when done.
AgiState next_line(std::string_view& rest, std::string_view& line) {
  const std::size_t end = rest.substr(0, kAgiLineBytesMax + 2).find('\n');
  line = rest.substr(0, end);
  if (line.find('\0') != std::string_view::npos) return AgiState::malformed;
  if (end != std::string_view::npos) rest.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > kAgiLineBytesMax) return AgiState::malformed;
  return end == std::string_view::npos ? AgiState::need_more : AgiState::done;
}

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A block's lines while it is read: where the first value of each name stands.
class Block {
 public:
  void add(std::string_view line) {
    constexpr std::string_view kSeparator = ": ";
    const std::size_t at = line.find(kSeparator);
    if (!line.starts_with("agi_")) return;
    has_any_ = true;
    if (at == std::string_view::npos) return;
    const std::string_view name = line.substr(4, at - 4);
    const std::string_view value = line.substr(at + kSeparator.size());
    if (name.starts_with("arg_")) return add_argument(name.substr(4), value);
    const auto field = std::ranges::find(fields_, name, &Field::name);
    if (field == fields_.end() || field->is_set) return;
    field->value = value;
    field->is_set = true;
  }

  bool has_any() const { return has_any_; }

  AgiRequest request() const {
    AgiRequest request;
    request.script = value("network_script");
    request.caller_id = known_value("callerid");
    request.caller_id_name = known_value("calleridname");
    request.dnid = known_value("dnid");
    request.rdnis = known_value("rdnis");
    request.presentation = number_in(value("callingpres"));
    request.channel = value("channel");
    request.unique_id = value("uniqueid");
    request.context = value("context");
    request.extension = value("extension");
    request.account_code = value("accountcode");
    for (const auto& argument : arguments_) request.arguments.emplace_back(argument.value_or(std::string_view{}));
    return request;
  }

 private:
  struct Field {
    std::string_view name;
    std::string_view value;
    bool is_set = false;
  };

  void add_argument(std::string_view number_text, std::string_view value) {
    const auto number = number_in(number_text);
    if (!number || *number < 1 || *number > static_cast<int>(kAgiArgumentsMax)) return;
    const auto index = static_cast<std::size_t>(*number) - 1;
    if (arguments_.size() <= index) arguments_.resize(index + 1);
    if (!arguments_[index]) arguments_[index] = value;
  }
  std::string_view value(std::string_view name) const { return std::ranges::find(fields_, name, &Field::name)->value; }
  std::string_view known_value(std::string_view name) const {
    const std::string_view text = value(name);
    return text == "unknown" ? std::string_view{} : text;
  }

  std::array<Field, 11> fields_{{{"network_script"},
                                 {"callerid"},
                                 {"calleridname"},
                                 {"dnid"},
                                 {"rdnis"},
                                 {"callingpres"},
                                 {"channel"},
                                 {"uniqueid"},
                                 {"context"},
                                 {"extension"},
                                 {"accountcode"}}};
  std::vector<std::optional<std::string_view>> arguments_;
  bool has_any_ = false;
};

bool is_control(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == 0x7F;
}

// Appends as much of `text` as fits within `bytes_max` bytes of `line`, as Asterisk's parse_args reads it back between
// quotes: there a backslash makes the next character plain, and there are no other escapes.
void append_quoted(std::string& line, std::string_view text, std::size_t bytes_max) {
  line.push_back('"');
  const std::size_t text_end_max = bytes_max - 1;
  while (!text.empty()) {
    const std::size_t bytes = std::max<std::size_t>(1, text::first_character(text).bytes);
    const std::string_view character = text.substr(0, bytes);
    text.remove_prefix(bytes);
    if (is_control(character[0])) continue;
    const bool is_escaped = character[0] == '"' || character[0] == '\\';
    if (line.size() + bytes + (is_escaped ? 1 : 0) > text_end_max) break;
    if (is_escaped) line.push_back('\\');
    line.append(character);
  }
  line.push_back('"');
}

// `200 result=1 (value) endpos=0`: the value may hold brackets itself, so it ends at the last one.
void read_result(std::string_view text, AgiReply& reply) {
  constexpr std::string_view kResult = "result=";
  if (!text.starts_with(kResult)) return;
  text.remove_prefix(kResult.size());
  reply.result = text.substr(0, text.find(' '));
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return;
  reply.value = text.substr(open + 2, close - open - 2);
}

AgiReply reply_of(std::string_view line) {
  using Kind = AgiReply::Kind;
  if (line == "HANGUP") return {Kind::hangup, 0, {}, {}};
  const bool has_code = line.size() >= 3 && std::ranges::all_of(line.substr(0, 3), text::is_digit) &&
                        (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!has_code) return {};
  AgiReply reply;
  reply.code = *number_in(line.substr(0, 3));
  switch (reply.code) {
    case 200:
      reply.kind = Kind::result;
      read_result(line.substr(std::min<std::size_t>(4, line.size())), reply);
      break;
    case 510:
      reply.kind = Kind::invalid_command;
      break;
    case 511:
      reply.kind = Kind::dead_channel;
      break;
    case 520:
      reply.kind = Kind::usage;
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace

AgiState read_agi_request(std::string_view bytes, AgiRequest& request, std::size_t& used) {
  Block block;
  std::string_view rest = bytes.substr(0, kAgiRequestBytesMax);
  const std::size_t offered = rest.size();
  for (std::size_t lines = 0;; ++lines) {
    std::string_view line;
    const AgiState state = next_line(rest, line);
    if (state == AgiState::malformed) return state;
    if (state == AgiState::need_more) return offered == kAgiRequestBytesMax ? AgiState::malformed : state;
    if (line.empty()) break;
    if (lines == kAgiRequestLinesMax) return AgiState::malformed;
    block.add(line);
  }
  if (!block.has_any()) return AgiState::malformed;
  request = block.request();
  used = offered - rest.size();
  return AgiState::done;
}

AgiPresentation presentation_of(const AgiRequest& request) {
  switch (request.presentation.value_or(0) & 0x60) {
    case 0x00:
      return AgiPresentation::allowed;
    case 0x20:
      return AgiPresentation::restricted;
    default:
      return AgiPresentation::unavailable;
  }
}

std::string agi_set_variable(std::string_view name, std::string_view value) {
  constexpr std::string_view kCommand = "SET VARIABLE ";
  std::string line(kCommand);
  for (const char character : name) {
    const bool is_plain = character > 0x20 && character < 0x7F && character != '"' && character != '\\';
    if (is_plain) line.push_back(character);
  }
  const std::size_t name_bytes = line.size() - kCommand.size();
  if (name_bytes == 0 || name_bytes > kAgiNameBytesMax) return {};
  line.push_back(' ');
  append_quoted(line, value, kAgiCommandBytesMax - 1);
  line.push_back('\n');
  return line;
}

std::string agi_verbose(std::string_view text, int level) {
  const std::string end = " " + std::to_string(std::clamp(level, 1, 4)) + "\n";
  std::string line = "VERBOSE ";
  append_quoted(line, text, kAgiCommandBytesMax - end.size());
  return line + end;
}

AgiState read_agi_reply(std::string_view bytes, AgiReply& reply, std::size_t& used) {
  std::string_view rest = bytes.substr(0, kAgiReplyBytesMax);
  const std::size_t offered = rest.size();
  std::string_view line;
  AgiState state = next_line(rest, line);
  if (state != AgiState::done) return state;
  const AgiReply read = reply_of(line);
  if (line.starts_with("520-")) {
    do {
      state = next_line(rest, line);
      if (state == AgiState::malformed) return state;
      if (state == AgiState::need_more) return offered == kAgiReplyBytesMax ? AgiState::malformed : state;
    } while (!line.starts_with("520 "));
  }
  reply = read;
  used = offered - rest.size();
  return AgiState::done;
}

}  // namespace ringdex::telephony

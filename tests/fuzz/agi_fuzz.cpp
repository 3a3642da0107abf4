// FastAGI: what Asterisk sends, cut anywhere, and what Asterisk makes of the commands that are written.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "telephony/formats/agi_message.h"
#include "tests/support/agi_arguments.h"

namespace {

using namespace ringdex::telephony;

void require(bool holds) {
  if (!holds) std::abort();
}

// A prefix needs more or says what the whole says, and nothing changes until it is done.
template <typename Value, typename Read>
void check_reader(std::string_view bytes, std::size_t bytes_max, Read read) {
  Value whole;
  std::size_t used = 0;
  const AgiState state = read(bytes, whole, used);
  if (state != AgiState::done) {
    require(used == 0 && whole == Value{});
    require(state == AgiState::malformed || bytes.size() < bytes_max);
  } else {
    require(used > 0 && used <= bytes.size() && used <= bytes_max && bytes[used - 1] == '\n');
  }
  const std::size_t step = 1 + bytes.size() / 16;
  for (std::size_t size = bytes.size() % step; size < bytes.size(); size += step) {
    Value part;
    std::size_t part_used = 0;
    const AgiState part_state = read(bytes.substr(0, size), part, part_used);
    if (state == AgiState::need_more) require(part_state == AgiState::need_more);
    if (state != AgiState::done) continue;
    require(part_state == (size < used ? AgiState::need_more : AgiState::done));
    if (part_state == AgiState::done) require(part == whole && part_used == used);
  }
}

void check_request(const AgiRequest& request) {
  require(request.arguments.size() <= kAgiArgumentsMax);
  for (const std::string* text :
       {&request.script, &request.caller_id, &request.caller_id_name, &request.dnid, &request.rdnis, &request.channel,
        &request.unique_id, &request.context, &request.extension, &request.account_code}) {
    require(text->size() < kAgiLineBytesMax && text->find_first_of(std::string_view("\n\0", 2)) == std::string::npos);
  }
  require(request.caller_id != "unknown" && request.rdnis != "unknown");
}

std::string without_controls(std::string_view text) {
  std::string kept;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte != 0x7F) kept.push_back(character);
  }
  return kept;
}

std::string plain_name(std::string_view text) {
  std::string kept;
  for (const char character : without_controls(text)) {
    if (static_cast<unsigned char>(character) < 0x80 && character != ' ' && character != '"' && character != '\\') {
      kept.push_back(character);
    }
  }
  return kept;
}

void check_set_variable(std::string_view name, std::string_view value) {
  const std::string line = agi_set_variable(name, value);
  const std::string kept_name = plain_name(name);
  require(line.empty() == (kept_name.empty() || kept_name.size() > kAgiNameBytesMax));
  if (line.empty()) return;
  require(line.size() <= kAgiCommandBytesMax && line.find('\n') == line.size() - 1);
  const auto arguments = ringdex::tests::agi_arguments(std::string_view(line).substr(0, line.size() - 1));
  require(arguments.size() == 4 && arguments[0] == "SET" && arguments[1] == "VARIABLE" && arguments[2] == kept_name);
  const std::string kept = without_controls(value);
  require(kept.starts_with(arguments[3]));
  require(arguments[3] == kept || line.size() + 4 > kAgiCommandBytesMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_reader<AgiRequest>(bytes, kAgiRequestBytesMax, read_agi_request);
  check_reader<AgiReply>(bytes, kAgiReplyBytesMax, read_agi_reply);
  AgiRequest request;
  std::size_t used = 0;
  if (read_agi_request(bytes, request, used) == AgiState::done) check_request(request);

  const std::size_t cut = bytes.find('\n');
  const std::string_view name = cut == std::string_view::npos ? "CALLERID(name)" : bytes.substr(0, cut);
  check_set_variable(name, bytes.substr(cut == std::string_view::npos ? 0 : cut + 1));
  if (size > 0 && size < 32) {
    std::string repeated;
    while (repeated.size() < 9000) repeated += bytes;
    check_set_variable("X", repeated);
  }
  return 0;
}

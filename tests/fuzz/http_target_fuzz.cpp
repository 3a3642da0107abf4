#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/http/http_message.h"
#include "server/http/http_parser.h"
#include "telephony/text/percent_encoding.h"

namespace {

using namespace ringdex::server;

constexpr HttpLimits kLimits{.header_bytes_max = 1024, .body_bytes_max = 1024};

void require(bool holds) {
  if (!holds) std::abort();
}

HttpParser::State read(HttpRequest& request, std::string_view bytes, std::size_t piece, std::size_t& used) {
  HttpParser parser(request, kLimits);
  used = 0;
  for (std::size_t end = piece;; end += piece) {
    end = std::min(end, bytes.size());
    std::size_t now = 0;
    const auto state = parser.read(bytes.substr(used, end - used), now);
    used += now;
    require(used <= end);
    if (state != HttpParser::State::need_more || end == bytes.size()) return state;
  }
}

}  // namespace

// A request as it comes off the socket, whole and in pieces, and what its target is read as.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  HttpRequest whole;
  std::size_t used = 0;
  const auto state = read(whole, bytes, bytes.size(), used);
  HttpRequest pieces;
  std::size_t used_in_pieces = 0;
  const auto state_in_pieces = read(pieces, bytes, 1 + data[0] % 64, used_in_pieces);
  if (state == HttpParser::State::done && state_in_pieces == HttpParser::State::done) {
    require(used == used_in_pieces && whole.target == pieces.target && whole.body == pieces.body);
    require(whole.body.size() <= kLimits.body_bytes_max);
  }
  HttpRequest request;
  request.target = state == HttpParser::State::done ? whole.target : std::string(bytes);
  read_target(request);
  for (const std::string& segment : request.path) require(!segment.empty());
  // What is encoded for a link is read back as it was, but for a NUL, which is never decoded.
  HttpRequest again;
  for (const NamedText& pair : request.query) {
    again.target += (again.target.empty() ? "/?x" : "&x") + ringdex::text::percent_encoded(pair.name) + "=" +
                    ringdex::text::percent_encoded(pair.value);
  }
  read_target(again);
  require(again.query.size() == request.query.size());
  for (std::size_t at = 0; at < again.query.size(); ++at) {
    const NamedText& pair = request.query[at];
    if (!pair.name.contains('\0')) require(again.query[at].name == "x" + pair.name);
    if (!pair.value.contains('\0')) require(again.query[at].value == pair.value);
  }
  return 0;
}

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Asterisk's FastAGI (res/res_agi.c): the block with which Asterisk begins, our commands, its replies. Pure.
namespace ringdex::telephony {

enum class AgiState { need_more, done, malformed };

inline constexpr std::size_t kAgiRequestBytesMax = 32 * 1024;
inline constexpr std::size_t kAgiRequestLinesMax = 256;
inline constexpr std::size_t kAgiArgumentsMax = 128;
inline constexpr std::size_t kAgiLineBytesMax = 8192;  // of what Asterisk sends, without the line's end
inline constexpr std::size_t kAgiReplyBytesMax = 64 * 1024;
inline constexpr std::size_t kAgiCommandBytesMax = 8191;  // of what we send, with the line's end
inline constexpr std::size_t kAgiNameBytesMax = 256;

struct AgiRequest {
  std::string script;  // agi_network_script: path and query as sent, without the leading slash; may be empty
  std::string caller_id, caller_id_name, dnid, rdnis;  // "unknown" is read as empty
  std::optional<int> presentation;                     // agi_callingpres
  std::string channel, unique_id, context, extension, account_code;
  std::vector<std::string> arguments;  // agi_arg_1..n; one that was not sent is empty
  bool operator==(const AgiRequest&) const = default;
};

// Reads lines "agi_name: value" in any order up to an empty line. `bytes` is all that came so far; `request` and `used`
// are set when it is done, `used` says how much of `bytes` the request took. Of a name that comes twice the first
// counts; lines of other names are skipped. A block without any agi_ line, or beyond the limits above, is malformed.
AgiState read_agi_request(std::string_view bytes, AgiRequest& request, std::size_t& used);

// Whether the caller's number may be shown: bits 0x60 of agi_callingpres (asterisk/include/asterisk/callerid.h).
enum class AgiPresentation { allowed, restricted, unavailable };
AgiPresentation presentation_of(const AgiRequest& request);

// `SET VARIABLE name "value"` with its line end, which Asterisk reads as exactly that. Control characters are left out;
// a value beyond the line's limit is cut, never inside a UTF-8 character. In a name also spaces, quotes, backslashes
// and what is not ASCII are left out; with nothing left, or beyond kAgiNameBytesMax, the command is empty and must not
// be sent: Asterisk would not reply.
std::string agi_set_variable(std::string_view name, std::string_view value);
// `VERBOSE "text" level`, for Asterisk's console and log; level 1 to 4.
std::string agi_verbose(std::string_view text, int level);

struct AgiReply {
  enum class Kind {
    result,           // 200
    hangup,           // a line HANGUP: the caller is gone; no reply to a command, which still comes
    invalid_command,  // 510
    dead_channel,     // 511: not permitted once the caller is gone
    usage,            // 520, one line or from "520-" to "520 End of proper usage."
    unknown,
  };
  Kind kind = Kind::unknown;
  int code = 0;        // 0: none
  std::string result;  // "1" of `200 result=1 (value) endpos=0`
  std::string value;   // "value"
  bool operator==(const AgiReply&) const = default;
};
// One reply, by the same convention as read_agi_request.
AgiState read_agi_reply(std::string_view bytes, AgiReply& reply, std::size_t& used);

}  // namespace ringdex::telephony

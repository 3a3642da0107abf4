#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace ringdex::tests {

// One call's INVITE as its caller sends it. Lines may not hold a semicolon.
struct SipCaller {
  std::string from;                                 // `"Trunk" <sip:+12125550123@127.0.0.1>`
  std::string asserted = "Subject: none asserted";  // a whole header line, such as P-Asserted-Identity
  std::string privacy = "Privacy: none";
};

// A SIP message as it came, byte by byte.
struct SipMessage {
  std::string text;

  // The header's lines, without CR LF, that begin with `name` and a colon.
  std::vector<std::string> lines(std::string_view name) const;
  // The names of its headers, in order of the alphabet.
  std::vector<std::string> header_names() const;
};

struct SipCalls {
  bool connected = false;           // each call was answered and ended, by both sides' account
  std::vector<SipMessage> invites;  // for each caller what the phone received; empty: nothing
  std::vector<SipMessage> replies;  // for each caller the phone's 200 for its INVITE as the caller received it
  std::string log;                  // what all three programs wrote
};

// A real Kamailio with the config of tests/end_to_end/kamailio, which asks over HTTP for the callers' names, and SIPp
// as the callers and as the phone that is called. All on ports that were free a moment ago.
class SipScene {
 public:
  // False if Kamailio or SIPp is not on this machine.
  static bool installed();

  // Parts of the config as they are and as they shall be.
  using Changes = std::vector<std::pair<std::string, std::string>>;
  // Asks at `port` of this machine.
  explicit SipScene(int port, const Changes& changes = {});

  // The callers call one after the other.
  SipCalls call(const std::vector<SipCaller>& callers);

  // The part of the config that gives a call its caller's name.
  static std::string route();

 private:
  TempDir dir_;
  int port_;
  int phone_port_;
  std::unique_ptr<ChildProcess> kamailio_;
};

}  // namespace ringdex::tests

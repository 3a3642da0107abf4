#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/load/request_writer.h"

namespace ringdex::bench {
namespace {

// As Asterisk's res_agi writes it, with what belongs to a call from outside.
constexpr std::string_view kAboutCaller =
    "agi_channel: PJSIP/trunk-0000002a\nagi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1700000000.42\n"
    "agi_version: 20.5.0\nagi_callerid: +";
constexpr std::string_view kAboutCall =
    "\nagi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\n"
    "agi_dnid: 100\nagi_rdnis: unknown\nagi_context: from-outside\nagi_extension: 100\nagi_priority: 2\n"
    "agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140231446603456\n\n";
constexpr std::string_view kSuccess = "200 result=1\n";
constexpr std::size_t kCommandsAtOnceMax = 16;

class FastAgiProtocol final : public LoadProtocol {
 public:
  explicit FastAgiProtocol(std::string_view host)
      : front_(fmt::format("agi_network: yes\nagi_request: agi://{}\n{}", host, kAboutCaller)) {
    for (std::size_t i = 0; i < kCommandsAtOnceMax; ++i) successes_ += kSuccess;
    if (front_.size() + telephony::PhoneNumber::kDigitsMax + kAboutCall.size() > kRequestBytesMax)
      throw std::runtime_error("the host is too long");
  }

  std::size_t write_request(telephony::PhoneNumber number, std::span<char> out) const override {
    RequestWriter writer(out);
    writer.text(front_);
    writer.digits(number.packed());
    writer.text(kAboutCall);
    return writer.size();
  }

  Reply read_reply(std::string_view bytes) const override {
    Reply reply{.state = Reply::State::good, .bytes = bytes.size(), .body_bytes = bytes.size()};
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      if (end == std::string_view::npos) return kIncomplete;
      if (!bytes.starts_with("SET VARIABLE ")) return kBad;
      if (bytes.starts_with("SET VARIABLE CALLERID(name) ")) reply.found = true;
      bytes.remove_prefix(end + 1);
    }
    return reply;
  }

  bool connects_each_time() const override { return true; }
  std::string_view say_back(std::string_view bytes) const override {
    const auto commands = static_cast<std::size_t>(std::ranges::count(bytes, '\n'));
    return std::string_view(successes_).substr(0, std::min(commands, kCommandsAtOnceMax) * kSuccess.size());
  }

 private:
  std::string front_, successes_;
};

}  // namespace

std::unique_ptr<LoadProtocol> make_fastagi_protocol(std::string_view host) {
  return std::make_unique<FastAgiProtocol>(host);
}

}  // namespace ringdex::bench

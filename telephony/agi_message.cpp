#include "telephony/agi_message.h"

namespace ringdex::telephony {

AgiState read_agi_request(std::string_view /*bytes*/, AgiRequest& /*request*/, std::size_t& /*used*/) {
  return AgiState::malformed;
}
AgiPresentation presentation_of(const AgiRequest& /*request*/) {
  return AgiPresentation::allowed;
}
std::string agi_set_variable(std::string_view /*name*/, std::string_view /*value*/) {
  return {};
}
std::string agi_verbose(std::string_view /*text*/, int /*level*/) {
  return {};
}
AgiState read_agi_reply(std::string_view /*bytes*/, AgiReply& /*reply*/, std::size_t& /*used*/) {
  return AgiState::malformed;
}

}  // namespace ringdex::telephony

#include "telephony/vcard.h"

namespace ringdex::telephony {

std::string write_vcard(const VCard& /*card*/) {
  return {};
}
std::string write_jcard(const VCard& /*card*/) {
  return {};
}

}  // namespace ringdex::telephony

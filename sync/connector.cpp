#include "sync/connector.h"

namespace ringdex::sync {

std::string_view to_string(RejectReason reason) {
  switch (reason) {
    case RejectReason::no_name:
      return "no_name";
    case RejectReason::too_many_phones:
      return "too_many_phones";
    case RejectReason::too_many_emails:
      return "too_many_emails";
    case RejectReason::no_external_id:
      return "no_external_id";
    case RejectReason::bad_row:
      return "bad_row";
  }
  return "unknown";
}

std::expected<index::OrganizationName, FetchError> Connector::fetch_organization(const std::string& id,
                                                                                 TimePoint /*now*/) {
  return std::unexpected(FetchError{FetchErrorKind::not_found,
                                    "this source has no organizations of its own, asked " + id, std::nullopt, 0});
}

std::expected<std::vector<FetchedRecord>, FetchError> Connector::find_by_phone(telephony::PhoneNumber /*number*/,
                                                                               TimePoint /*now*/) {
  return std::unexpected(FetchError{FetchErrorKind::not_found, "this source has no search by phone", std::nullopt, 0});
}

std::expected<std::vector<Hint>, WebhookRefusal> Connector::read_webhook(const WebhookRequest& /*request*/,
                                                                         TimePoint /*now*/) const {
  return std::unexpected(WebhookRefusal::not_supported);
}

}  // namespace ringdex::sync

#include "sync/connector.h"

namespace ringdex::sync {

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

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringdex::sync {

// A Salesforce record id in its 18-character form, whatever form it was given in: 15 characters whose case matters, or
// 18 of which the last three tell the case of the others (then the case they were written in does not matter).
// nullopt if it is no id. Pure.
// https://help.salesforce.com/s/articleView?id=000383751 ("How to convert 15-digit IDs to 18-digit IDs")
std::optional<std::string> salesforce_id(std::string_view text);

}  // namespace ringdex::sync

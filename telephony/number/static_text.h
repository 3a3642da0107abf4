#pragma once

#include <cstddef>
#include <limits>  // boost's header needs it and does not say so
// Kept apart from the above, which must come first.
#include <boost/static_string/static_string.hpp>

namespace ringdex::telephony {

// Text of at most `kBytesMax` bytes, held in place. It converts to std::string_view, as the build sets
// BOOST_STATIC_STRING_STANDALONE.
template <std::size_t kBytesMax>
using StaticText = boost::static_strings::static_string<kBytesMax>;

}  // namespace ringdex::telephony

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/record.h"

namespace ringdex::index {

// A longer word is known by its first bytes, cut where a character ends.
inline constexpr std::size_t kNameWordBytesMax = 16;
// Of name and organization together; what follows is not searched.
inline constexpr std::size_t kNameWordsMax = 12;
// Stands for what name_words() makes of a text: to be raised with any change of it, so that stores are filled anew.
inline constexpr std::uint32_t kNameWordsVersion = 1;

// The words of a name as a search knows them, in their order, each once: without case, accents and width
// (NFKC_Casefold of Unicode's UAX #44, then without the nonspacing marks of NFD, and "ł", "ø", "æ" and their like as
// people type them who do not have them), split at whatever is neither letter nor digit. Any bytes will do; what is no
// UTF-8 splits words.
std::vector<std::string> name_words(std::string_view text);

// What a record is found by: the words of its name, then those of its organization. None if it is not shown.
std::vector<std::string> words_of(const Record& record);

}  // namespace ringdex::index

#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace ringdex::tests {

// Whether an enumeration has a value of that number: the compiler writes one that has a name by it, and any other one
// as a cast.
template <auto kValue>
consteval bool has_enumerator() {
  const std::string_view signature = __PRETTY_FUNCTION__;
  const std::size_t at = signature.find("kValue = ");
  if (at == std::string_view::npos) throw "this compiler writes it in another way";
  return signature[at + sizeof("kValue = ") - 1] != '(';
}

// Whether every value from 0 to 63 has a name in the table; a value without one is given behind kNameless.
template <const auto& kNames, typename... Nameless>
consteval bool names_all(Nameless... nameless) {
  using Enum = decltype(kNames.entries[0].first);
  return [&]<std::size_t... kNumbers>(std::index_sequence<kNumbers...>) {
    const auto is_named = [&]<std::size_t kNumber>() {
      constexpr auto kValue = static_cast<Enum>(kNumber);
      if constexpr (has_enumerator<kValue>()) {
        return !kNames.name_of(kValue).empty() || ((nameless == kValue) || ...);
      } else {
        return true;
      }
    };
    return (is_named.template operator()<kNumbers>() && ...);
  }(std::make_index_sequence<64>());
}

}  // namespace ringdex::tests

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

// The names of an enumeration's values, as they are written and read. There is one table for each, declared beside it;
// a test of its folder sees to it that no value is forgotten.
namespace ringdex::text {

template <typename Enum, std::size_t kSize>
struct EnumNames {
  std::array<std::pair<Enum, std::string_view>, kSize> entries;

  // Empty for what is no value of the enumeration.
  constexpr std::string_view name_of(Enum value) const {
    for (const auto& [known, name] : entries) {
      if (known == value) return name;
    }
    return {};
  }
  constexpr std::optional<Enum> value_of(std::string_view name) const {
    for (const auto& [value, known] : entries) {
      if (known == name) return value;
    }
    return std::nullopt;
  }
  constexpr auto begin() const { return entries.begin(); }
  constexpr auto end() const { return entries.end(); }
  static constexpr std::size_t size() { return kSize; }
};

// inline constexpr auto kColorNames = text::enum_names<Color>({{Color::red, "red"}, {Color::blue, "blue"}});
template <typename Enum, std::size_t kSize>
consteval EnumNames<Enum, kSize> enum_names(const std::pair<Enum, std::string_view> (&entries)[kSize]) {
  EnumNames<Enum, kSize> names{std::to_array(entries)};
  for (std::size_t at = 0; at < kSize; ++at) {
    const auto& [value, name] = names.entries[at];
    if (names.name_of(value) != name || names.value_of(name) != value || name.empty()) throw "stands twice, or empty";
  }
  return names;
}

}  // namespace ringdex::text

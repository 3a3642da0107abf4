#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/secret.h"
#include "telephony/text/json_value.h"

namespace ringdex::config {

enum class Presence { optional, required };

// Reads one JSON object with its place. Each call names a key and so makes it known; what is absent leaves the target
// as it was, what has the wrong form becomes a problem. finish() refuses the keys that no call named.
class ObjectReader {
 public:
  // A value that is no object is a problem here, and then every key counts as absent.
  ObjectReader(text::JsonView value, std::string place, std::vector<Problem>& problems);

  bool has(std::string_view key) const;
  const std::string& place() const { return place_; }
  std::string place_of(std::string_view key) const;
  void report(std::string_view key, std::string message);
  void report_at(std::string place, std::string message);

  // True if the key holds a text that is not empty, which then stands in `target`.
  bool text(std::string_view key, std::string& target, Presence presence = Presence::optional);
  // The same for a text that may be empty.
  bool text_or_empty(std::string_view key, std::string& target, Presence presence = Presence::optional);
  void texts(std::string_view key, std::vector<std::string>& target);
  bool choice(std::string_view key, std::string& target, std::initializer_list<std::string_view> choices,
              Presence presence = Presence::optional);
  void flag(std::string_view key, bool& target);
  void duration(std::string_view key, std::chrono::milliseconds& target, std::chrono::milliseconds min,
                std::chrono::milliseconds max);
  template <std::unsigned_integral Integer>
  void number(std::string_view key, Integer& target, std::uint64_t min, std::uint64_t max) {
    if (const auto value = whole_number(key, min, max)) target = static_cast<Integer>(*value);
  }
  void secret(std::string_view key, std::string& target, const SecretPlaces& places, Presence presence);

  std::optional<ObjectReader> object(std::string_view key, Presence presence = Presence::optional);
  std::vector<ObjectReader> objects(std::string_view key);
  // Every member of the object under `key`, with its name.
  std::vector<std::pair<std::string, text::JsonView>> members(std::string_view key);

  void finish();

 private:
  // Absent if it is not there, which is a problem if it must be.
  text::JsonView find(std::string_view key, Presence presence);
  std::optional<std::uint64_t> whole_number(std::string_view key, std::uint64_t min, std::uint64_t max);

  text::JsonView value_;
  std::string place_;
  std::vector<Problem>* problems_;
  std::vector<std::string> known_;
};

}  // namespace ringdex::config

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/http_message.h"
#include "telephony/text/json_value.h"

namespace ringdex::server {

// 1 to `bytes_max` bytes without ASCII control characters.
bool is_plain_text(std::string_view text, std::size_t bytes_max);

// The body as a JSON object; an empty body is {}. nullopt if not an object, with the refusal filled in.
std::optional<text::JsonDocument> read_object(const HttpRequest& request, HttpResponse& refusal);

enum class Needed { no, yes };

// Reads the members of a JSON object. The first thing that is wrong is kept as the refusal's words; what is wrong reads
// as empty. finish() refuses members that nobody asked for. The document must outlive it.
class BodyFields {
 public:
  // `place` stands in front of names in a refusal: "about.".
  explicit BodyFields(text::JsonView body, std::string place = "");

  text::JsonView find(std::string_view name);
  // Without control characters, at most so many bytes; a number counts as its digits, since phone systems send those.
  std::string text(std::string_view name, std::size_t bytes_max, Needed needed = Needed::no);
  std::vector<std::string> texts(std::string_view name, std::size_t texts_max, std::size_t bytes_max);
  void finish();

  void refuse(std::string words);
  void take_refusal(const BodyFields& of_member);
  const std::optional<std::string>& refused() const { return refused_; }

 private:
  const text::JsonView body_;
  const std::string place_;
  std::vector<std::string> known_;
  std::optional<std::string> refused_;
};

// The query's `behind` where `next` is given as hex, as bytes; empty if there is none. nullopt if it is no hex.
std::optional<std::string> read_hex_cursor(const HttpRequest& request);

// A number from 1 to `max`.
std::optional<std::uint64_t> read_count(std::string_view text, std::uint64_t max);
// The query's `limit`; nullopt if it is no number from 1 to `max`.
std::optional<std::size_t> read_limit(const HttpRequest& request, std::size_t fallback, std::size_t max);

}  // namespace ringdex::server

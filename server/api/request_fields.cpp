#include "server/api/request_fields.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "telephony/text/base64.h"

namespace ringdex::server {
namespace {

constexpr text::JsonLimits kBodyLimits{.depth_max = 64, .members_max = 1'000};

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

}  // namespace

bool is_plain_text(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::ranges::none_of(text, is_control);
}

std::optional<text::JsonDocument> read_object(const HttpRequest& request, HttpResponse& refusal) {
  if (request.body.empty()) return text::JsonDocument();
  auto document = text::JsonDocument::parse(request.body, kBodyLimits);
  if (document && document->root().is_object()) return *std::move(document);
  std::string words = "the body must be a JSON object";
  if (!document && document.error().kind == text::JsonError::Kind::too_large) {
    words = fmt::format("the body is nested deeper than {} levels or has more than {} members", kBodyLimits.depth_max,
                        kBodyLimits.members_max);
  } else if (!document) {
    words = fmt::format("the body is not JSON: error at byte {}", document.error().byte);
  }
  refusal = problem(400, "bad_json", words);
  return std::nullopt;
}

BodyFields::BodyFields(text::JsonView body, std::string place) : body_(body), place_(std::move(place)) {
  if (!body_.is_object()) refuse(fmt::format("'{}' must be an object", place_.substr(0, place_.size() - 1)));
}

text::JsonView BodyFields::find(std::string_view name) {
  known_.emplace_back(name);
  return body_[name];
}

std::string BodyFields::text(std::string_view name, std::size_t bytes_max, Needed needed) {
  const text::JsonView value = find(name);
  if (!value) {
    if (needed == Needed::yes) refuse(fmt::format("'{}{}' is missing", place_, name));
    return "";
  }
  if (value.natural()) return value.as_text();
  if (!value.is_text()) {
    refuse(fmt::format("'{}{}' must be a text", place_, name));
    return "";
  }
  std::string text = value.text_or_empty();
  if (text.empty() && needed == Needed::yes) refuse(fmt::format("'{}{}' is empty", place_, name));
  if (text.size() > bytes_max) {
    refuse(fmt::format("'{}{}' is longer than {} bytes", place_, name, bytes_max));
  } else if (std::ranges::any_of(text, is_control)) {
    refuse(fmt::format("'{}{}' holds control characters", place_, name));
  }
  return refused_ ? "" : text;
}

std::vector<std::string> BodyFields::texts(std::string_view name, std::size_t texts_max, std::size_t bytes_max) {
  const text::JsonView value = find(name);
  if (!value) return {};
  std::vector<std::string> texts;
  bool fits = value.is_list() && value.size() <= texts_max;
  for (const text::JsonView one : value) {
    texts.push_back(one.text_or_empty());
    fits = fits && is_plain_text(texts.back(), bytes_max);
  }
  if (fits) return texts;
  refuse(fmt::format("'{}{}' must be a list of at most {} texts, each of 1 to {} bytes without control characters",
                     place_, name, texts_max, bytes_max));
  return {};
}

void BodyFields::finish() {
  for (const auto& [name, value] : body_.members()) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    std::string known;
    for (const std::string& one : known_) known.append(known.empty() ? "" : ", ").append(one);
    return refuse(fmt::format("unknown field '{}{}'; there are {}", place_, name, known));
  }
}

void BodyFields::refuse(std::string words) {
  if (!refused_) refused_ = std::move(words);
}

void BodyFields::take_refusal(const BodyFields& of_member) {
  if (of_member.refused_) refuse(*of_member.refused_);
}

std::optional<std::string> read_hex_cursor(const HttpRequest& request) {
  const std::string* text = request.parameter("behind");
  if (text == nullptr) return "";
  return text::bytes_of_hex(*text);
}

std::optional<std::uint64_t> read_count(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > max) return std::nullopt;
  return value;
}

std::optional<std::size_t> read_limit(const HttpRequest& request, std::size_t fallback, std::size_t max) {
  const std::string* text = request.parameter("limit");
  return text == nullptr ? fallback : read_count(*text, max);
}

}  // namespace ringdex::server

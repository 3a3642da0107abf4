#include "server/api/request_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "telephony/text/base64.h"

namespace ringdex::server {
namespace {

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

}  // namespace

bool is_plain_text(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::ranges::none_of(text, is_control);
}

BodyFields::BodyFields(const Json& body, std::string place)
    : body_(body.is_object() ? &body : nullptr), place_(std::move(place)) {
  if (body_ == nullptr) refuse(fmt::format("'{}' must be an object", place_.substr(0, place_.size() - 1)));
}

const Json* BodyFields::find(std::string_view name) {
  known_.emplace_back(name);
  if (body_ == nullptr) return nullptr;
  const auto found = body_->find(name);
  return found == body_->end() ? nullptr : &*found;
}

std::string BodyFields::text(std::string_view name, std::size_t bytes_max, Needed needed) {
  const Json* value = find(name);
  if (value == nullptr || value->is_null()) {
    if (needed == Needed::yes) refuse(fmt::format("'{}{}' is missing", place_, name));
    return "";
  }
  if (value->is_number_unsigned()) return value->dump();
  if (!value->is_string()) {
    refuse(fmt::format("'{}{}' must be a text", place_, name));
    return "";
  }
  const std::string& text = value->get_ref<const std::string&>();
  if (text.empty() && needed == Needed::yes) refuse(fmt::format("'{}{}' is empty", place_, name));
  if (text.size() > bytes_max) {
    refuse(fmt::format("'{}{}' is longer than {} bytes", place_, name, bytes_max));
  } else if (std::ranges::any_of(text, is_control)) {
    refuse(fmt::format("'{}{}' holds control characters", place_, name));
  }
  return refused_ ? "" : text;
}

std::vector<std::string> BodyFields::texts(std::string_view name, std::size_t texts_max, std::size_t bytes_max) {
  const Json* value = find(name);
  if (value == nullptr || value->is_null()) return {};
  const auto fits = [&](const Json& one) {
    return one.is_string() && is_plain_text(one.get_ref<const std::string&>(), bytes_max);
  };
  if (!value->is_array() || value->size() > texts_max || !std::ranges::all_of(*value, fits)) {
    refuse(fmt::format("'{}{}' must be a list of at most {} texts, each of 1 to {} bytes without control characters",
                       place_, name, texts_max, bytes_max));
    return {};
  }
  return value->get<std::vector<std::string>>();
}

void BodyFields::finish() {
  if (body_ == nullptr) return;
  for (const auto& [name, value] : body_->items()) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    refuse(fmt::format("unknown field '{}{}'; there are {}", place_, name, fmt::join(known_, ", ")));
  }
}

void BodyFields::refuse(std::string words) {
  if (!refused_) refused_ = std::move(words);
}

void BodyFields::take_refusal(const BodyFields& of_member) {
  if (of_member.refused_) refuse(*of_member.refused_);
}

HttpResponse bad_record_id() {
  return problem(400, "bad_record_id", "a record id is source:kind:external_id, such as zendesk-eu:contact:35436");
}

std::optional<std::string> read_hex_cursor(const HttpRequest& request) {
  const std::string* text = request.parameter("behind");
  if (text == nullptr) return "";
  return text::bytes_of_hex(*text);
}

HttpResponse bad_cursor() {
  return problem(400, "bad_cursor", "'behind' is the 'next' of the page before");
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

#include "server/system/url_target.h"

#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

template <typename Each>
void split(std::string_view text, char separator, Each each) {
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    if (!part.empty()) each(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

const std::string* find_named(const ReusedList<NamedText>& all, std::string_view name) {
  for (const NamedText& one : all) {
    if (one.name == name) return &one.value;
  }
  return nullptr;
}

void read_url_target(std::string_view target, ReusedList<std::string>& path, ReusedList<NamedText>& query) {
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  split(target.substr(0, mark), '/',
        [&](std::string_view part) { text::append_percent_decoded(path.add(), part, text::UrlPart::path); });
  if (mark == std::string_view::npos) return;
  split(target.substr(mark + 1), '&', [&](std::string_view part) {
    const std::size_t equals = part.find('=');
    NamedText& added = query.add();
    text::append_percent_decoded(added.name, part.substr(0, equals), text::UrlPart::query);
    if (equals != std::string_view::npos)
      text::append_percent_decoded(added.value, part.substr(equals + 1), text::UrlPart::query);
  });
}

}  // namespace ringdex::server

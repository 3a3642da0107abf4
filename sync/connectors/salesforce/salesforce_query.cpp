#include "sync/connectors/salesforce/salesforce_query.h"

#include <fmt/core.h>

#include <algorithm>

#include "telephony/text/percent_encoding.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

std::string select(const SalesforceSelection& selection, const std::vector<std::string>& fields) {
  std::string text = "Id";
  if (!selection.stamp.empty()) text += "," + selection.stamp;
  for (const auto& field : fields) text += "," + field;
  return text;
}

}  // namespace

std::string soql_time(index::TimePoint time) {
  const auto part = time - std::chrono::floor<std::chrono::seconds>(time);
  std::string text = text::format_iso_seconds(time);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, part.count());
}

std::string soql_id_list(const std::vector<std::string>& ids) {
  return "('" + text::joined(ids, "','") + "')";
}

std::string soql_listing_tail(const std::string& after_id, std::size_t rows) {
  const std::string where = after_id.empty() ? "" : fmt::format(" WHERE Id > '{}'", after_id);
  return fmt::format("{} ORDER BY Id ASC LIMIT {}", where, rows);
}

std::string soql_changes_tail(const std::string& stamp, const SalesforcePosition& from, index::TimePoint until,
                              std::size_t rows) {
  const std::string start = soql_time(from.time);
  std::string where = fmt::format(" WHERE {0} >= {1} AND {0} < {2}", stamp, start, soql_time(until));
  if (!from.id.empty()) {
    where += fmt::format(" AND ({0} > {1} OR ({0} = {1} AND Id > '{2}'))", stamp, start, from.id);
  }
  return fmt::format("{} ORDER BY {} ASC, Id ASC LIMIT {}", where, stamp, rows);
}

std::vector<std::string> query_targets(const std::string& api_version, const SalesforceSelection& selection,
                                       const std::string& tail, std::size_t bytes_max) {
  const std::string path = "/services/data/" + api_version + "/queryAll/?q=";
  const std::string end = fmt::format(" FROM {}{}", to_string(selection.object), tail);
  const auto target = [&](const std::vector<std::string>& fields) {
    return path + text::percent_encoded("SELECT " + select(selection, fields) + end);
  };
  std::vector<std::string> targets;
  std::vector<std::string> part;
  std::size_t bytes = target({}).size();
  const std::size_t bytes_bare = bytes;
  for (const auto& field : selection.fields) {
    const std::size_t more = text::percent_encoded("," + field).size();
    if (!part.empty() && bytes + more > bytes_max) {
      targets.push_back(target(part));
      part.clear();
      bytes = bytes_bare;
    }
    part.push_back(field);
    bytes += more;
  }
  if (!part.empty() || targets.empty()) targets.push_back(target(part));
  return targets;
}

std::string search_target(const std::string& api_version, const std::string& digits,
                          const std::vector<SalesforceSelection>& selections, std::size_t rows) {
  std::string text = fmt::format("FIND {{{}}} IN PHONE FIELDS RETURNING ", digits);
  for (const auto& selection : selections) {
    if (!text.ends_with(' ')) text += ", ";
    const bool is_lead = selection.object == SalesforceObject::lead;
    const auto& fields = selection.fields;
    const bool may_be_converted = std::find(fields.begin(), fields.end(), "IsConverted") != fields.end();
    text += fmt::format("{}({}{} LIMIT {})", to_string(selection.object), select(selection, fields),
                        is_lead && may_be_converted ? " WHERE IsConverted = false" : "", rows);
  }
  return "/services/data/" + api_version + "/search/?q=" + text::percent_encoded(text);
}

}  // namespace ringdex::sync

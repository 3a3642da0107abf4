#include "tests/support/fakes/fake_soql.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "sync/connectors/salesforce/salesforce_id.h"
#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

using Condition = FakeSoql::Condition;

struct Token {
  enum class Kind { word, text, sign, end } kind = Kind::end;
  std::string text;
};

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' ||
         c == ':' || c == '-' || c == '+';
}

std::optional<std::vector<Token>> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\n' || c == '\t') {
      ++at;
    } else if (c == '\'') {
      std::string value;
      for (++at; at < text.size() && text[at] != '\''; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        value += text[at];
      }
      if (at >= text.size()) return std::nullopt;
      ++at;
      tokens.push_back({Token::Kind::text, value});
    } else if (is_word(c)) {
      const std::size_t start = at;
      while (at < text.size() && is_word(text[at])) ++at;
      tokens.push_back({Token::Kind::word, text.substr(start, at - start)});
    } else {
      const bool two = at + 1 < text.size() && text[at + 1] == '=' && (c == '<' || c == '>' || c == '!');
      if (!two && std::string_view("=<>(),").find(c) == std::string_view::npos) return std::nullopt;
      tokens.push_back({Token::Kind::sign, text.substr(at, two ? 2 : 1)});
      at += two ? 2 : 1;
    }
  }
  tokens.push_back({});
  return tokens;
}

TimePoint time_of(const std::string& text) {
  return text::parse_iso_time(text).value_or(TimePoint{});
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::optional<FakeSoql> query() {
    FakeSoql result;
    if (!word("SELECT")) return std::nullopt;
    do result.fields.push_back(name());
    while (sign(","));
    if (!word("FROM")) return std::nullopt;
    result.object = name();
    if (word("WHERE")) result.where = any();
    if (word("ORDER")) {
      good_ = good_ && word("BY");
      do {
        const std::string field = name();
        const bool descending = word("DESC");
        if (!descending) word("ASC");
        result.order.emplace_back(field, descending);
      } while (sign(","));
    }
    if (word("LIMIT")) {
      const std::string number = name();
      std::size_t limit = 0;
      good_ = good_ && std::from_chars(number.data(), number.data() + number.size(), limit).ec == std::errc();
      result.limit = limit;
    }
    if (!good_ || tokens_[at_].kind != Token::Kind::end) return std::nullopt;
    return result;
  }

 private:
  bool word(std::string_view expected) {
    const Token& token = tokens_[at_];
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    if (token.kind != Token::Kind::word || !std::ranges::equal(token.text, expected, same)) return false;
    ++at_;
    return true;
  }
  bool sign(std::string_view expected) {
    if (tokens_[at_].kind != Token::Kind::sign || tokens_[at_].text != expected) return false;
    ++at_;
    return true;
  }
  std::string name() {
    if (tokens_[at_].kind != Token::Kind::word) {
      good_ = false;
      return {};
    }
    return tokens_[at_++].text;
  }
  std::string value() {
    if (tokens_[at_].kind == Token::Kind::text) return tokens_[at_++].text;
    return name();
  }
  Condition any() {
    Condition result{Condition::Kind::any, {all()}};
    while (good_ && word("OR")) result.parts.push_back(all());
    return result.parts.size() == 1 ? result.parts.front() : result;
  }
  Condition all() {
    Condition result{Condition::Kind::all, {one()}};
    while (good_ && word("AND")) result.parts.push_back(one());
    return result;
  }
  Condition one() {
    if (++depth_ > 50) good_ = false;
    if (!good_) return {};
    if (sign("(")) {
      Condition inner = any();
      good_ = good_ && sign(")");
      return inner;
    }
    Condition result{Condition::Kind::compare, {}, name()};
    if (word("IN")) {
      result.comparison = "IN";
      good_ = good_ && sign("(");
      do result.values.push_back(value());
      while (good_ && sign(","));
      good_ = good_ && sign(")");
      return result;
    }
    if (tokens_[at_].kind != Token::Kind::sign) good_ = false;
    if (!good_) return {};
    result.comparison = tokens_[at_++].text;
    result.values.push_back(value());
    result.time = time_of(result.values.front());
    return result;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool good_ = true;
};

bool is_time(const std::string& field) {
  return field == "SystemModstamp" || field == "LastModifiedDate" || field == "CreatedDate";
}

template <typename T>
bool compares(const T& left, const std::string& comparison, const T& right) {
  if (comparison == "=") return left == right;
  if (comparison == "!=") return left != right;
  if (comparison == ">") return left > right;
  if (comparison == ">=") return left >= right;
  if (comparison == "<") return left < right;
  return comparison == "<=" && left <= right;
}

bool holds(const Condition& condition, const FakeSalesforceRow& row, const FakeSalesforceObject& object) {
  switch (condition.kind) {
    case Condition::Kind::all:
      return std::ranges::all_of(condition.parts, [&](const Condition& part) { return holds(part, row, object); });
    case Condition::Kind::any:
      return std::ranges::any_of(condition.parts, [&](const Condition& part) { return holds(part, row, object); });
    case Condition::Kind::compare:
      break;
  }
  const auto& [kind, parts, field, comparison, values, time] = condition;
  if (is_time(field)) {
    return compares(field == "CreatedDate" ? row.created : row.stamp, comparison, time);
  }
  std::string text = row.id;
  if (field != "Id") {
    const auto value = object.json(row, *object.visible_field(field));
    text = value.is_string() ? value.get<std::string>() : value.is_boolean() ? value.dump() : "";
  }
  const auto wanted = [](const std::string& given) { return sync::salesforce_id(given).value_or(given); };
  if (comparison == "IN") {
    return std::ranges::any_of(values, [&](const std::string& given) { return text == wanted(given); });
  }
  return compares(text, comparison, wanted(values.front()));
}

// The comparisons that every row must meet.
std::vector<const Condition*> required(const Condition& condition) {
  if (condition.kind == Condition::Kind::compare) return {&condition};
  std::vector<const Condition*> found;
  if (condition.kind != Condition::Kind::all) return found;
  for (const auto& part : condition.parts) {
    const auto inner = required(part);
    found.insert(found.end(), inner.begin(), inner.end());
  }
  return found;
}

// The id in "(stamp > x OR (stamp = x AND Id > 'y'))" where x is the bound: rows of that moment up to it are passed
// over.
std::string keyset_id(const Condition& where, const std::optional<TimePoint>& from) {
  for (const auto& part : where.parts) {
    if (part.kind != Condition::Kind::any || part.parts.size() != 2 || part.parts[0].comparison != ">") continue;
    const auto inner = required(part.parts[1]);
    const bool same_moment = part.parts[0].kind == Condition::Kind::compare && part.parts[0].time == from &&
                             inner.size() == 2 && inner[0]->comparison == "=" && inner[0]->time == from &&
                             inner[1]->field == "Id" && inner[1]->comparison == ">";
    if (same_moment) return inner[1]->values.front();
  }
  return {};
}

void check_fields(const Condition& condition, std::vector<std::string>& fields) {
  if (condition.kind == Condition::Kind::compare) fields.push_back(condition.field);
  for (const auto& part : condition.parts) check_fields(part, fields);
}

}  // namespace

std::optional<FakeSoql> parse_fake_soql(const std::string& text) {
  auto tokens = tokens_of(text);
  return tokens ? Parser(*std::move(tokens)).query() : std::nullopt;
}

std::optional<FakeSoqlError> check_fake_soql(const FakeSoql& query, const FakeSalesforceObject& object) {
  std::vector<std::string> fields = query.fields;
  check_fields(query.where, fields);
  for (const auto& [field, descending] : query.order) fields.push_back(field);
  for (const auto& field : fields) {
    const auto point = field.find('.');
    const std::string relationship = field.substr(0, point);
    const bool known = point == std::string::npos ? object.visible_field(field) != nullptr
                                                  : field.substr(point) == ".Name" &&
                                                        std::ranges::any_of(object.fields(), [&](const auto& own) {
                                                          return own.relationship == relationship && !own.hidden;
                                                        });
    if (!known) {
      return FakeSoqlError{"INVALID_FIELD", "No such column '" + field + "' on entity '" + object.name() + "'"};
    }
  }
  return std::nullopt;
}

std::pair<std::optional<TimePoint>, std::optional<TimePoint>> fake_soql_window(const FakeSoql& query) {
  std::pair<std::optional<TimePoint>, std::optional<TimePoint>> window;
  for (const auto* condition : required(query.where)) {
    if (condition->field != "SystemModstamp" && condition->field != "LastModifiedDate") continue;
    if (condition->comparison.starts_with('>')) window.first = time_of(condition->values.front());
    if (condition->comparison.starts_with('<')) window.second = time_of(condition->values.front());
  }
  return window;
}

std::vector<std::string> run_fake_soql(const FakeSoql& query, const FakeSalesforceObject& object, bool with_deleted) {
  std::vector<std::string> found;
  const std::size_t limit = query.limit.value_or(SIZE_MAX);
  // False: no more are wanted.
  const auto offer = [&](const FakeSalesforceRow& row) {
    if (row.deleted && !with_deleted) return true;
    if (holds(query.where, row, object)) found.push_back(row.id);
    return found.size() < limit;
  };
  const auto conditions = required(query.where);
  const auto by = [&](const char* field, std::string_view comparison) -> const Condition* {
    for (const auto* one : conditions) {
      if (one->field == field && one->comparison == comparison) return one;
    }
    return nullptr;
  };
  const auto* ids = by("Id", "IN");
  if (ids == nullptr) ids = by("Id", "=");
  if (ids != nullptr) {
    std::set<std::string> wanted;
    for (const auto& id : ids->values) wanted.insert(sync::salesforce_id(id).value_or(""));
    for (const auto& id : wanted) {
      const auto* row = object.row(id);
      if (row != nullptr && !offer(*row)) break;
    }
    return found;
  }
  const bool by_time = !query.order.empty() && is_time(query.order.front().first);
  if (by_time) {
    const auto [from, until] = fake_soql_window(query);
    auto at = object.by_stamp().lower_bound({from.value_or(TimePoint{}), keyset_id(query.where, from)});
    for (; at != object.by_stamp().end() && (!until || at->first < *until); ++at) {
      if (!offer(*object.row(at->second))) break;
    }
    return found;
  }
  const auto* after = by("Id", ">");
  auto at = after == nullptr ? object.rows().begin()
                             : object.rows().upper_bound(sync::salesforce_id(after->values.front()).value_or(""));
  for (; at != object.rows().end(); ++at) {
    if (!offer(at->second)) break;
  }
  return found;
}

}  // namespace ringdex::test_support

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"

// The schema and the loader are two texts about one thing. Every object of the schema is built, put into its place in a
// whole configuration and loaded: with each property, without each required one, with the ends of each range and just
// beyond, with each choice, and with a key that nobody knows, whose message lists what the loader does know.
namespace ringdex::config {
namespace {

using Json = nlohmann::ordered_json;
using Wrap = std::function<Json(const Json&)>;

const Json& schema() {
  static const Json parsed = Json::parse(std::ifstream(RINGDEX_SOURCE_DIR "/config/ringdex.schema.json"));
  return parsed;
}

const Json& resolved(const Json& node) {
  if (!node.contains("$ref")) return node;
  return schema().at(Json::json_pointer(node.at("$ref").get<std::string>().substr(1)));
}

bool is_secret(const Json& node) {
  return node.contains("$ref") && node.at("$ref") == "#/$defs/secret";
}

Json valid_value(const Json& node);

Json valid_object(const Json& node) {
  Json object = Json::object();
  if (node.contains("required")) {
    for (const auto& key : node.at("required")) {
      const auto name = key.get<std::string>();
      object[name] = valid_value(node.at("properties").at(name));
    }
  }
  return object;
}

Json valid_value(const Json& original) {
  if (is_secret(original)) return "a secret";
  const auto& node = resolved(original);
  if (node.contains("default")) return node.at("default");
  if (node.contains("examples")) return node.at("examples").at(0);
  if (node.contains("const")) return node.at("const");
  if (node.contains("enum")) return node.at("enum").at(0);
  if (node.contains("oneOf")) return valid_value(node.at("oneOf").at(0));
  if (node.at("type") == "object") return valid_object(node);
  if (node.at("type") == "array") return Json::array({valid_value(node.at("items"))});
  REQUIRE(node.at("type") == "string");
  return "x";
}

std::vector<Problem> problems_of(const Json& config) {
  return load_text(config.dump(), "/nowhere", {{"NAME", "value"}}).problems;
}

std::string text_of(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += problem.place + ": " + problem.message + "\n";
  return text;
}

void check_accepted(const Json& config) {
  const auto problems = problems_of(config);
  CAPTURE(config.dump());
  CHECK_MESSAGE(problems.empty(), text_of(problems));
}

void check_refused(const Json& config, const std::string& place) {
  const auto problems = problems_of(config);
  CAPTURE(config.dump());
  CAPTURE(place);
  CHECK_MESSAGE(std::any_of(problems.begin(), problems.end(),
                            [&](const Problem& problem) { return problem.place.starts_with(place); }),
                text_of(problems));
}

// What the loader itself says that it knows at `place`.
std::set<std::string> keys_of_loader(const Json& config, const std::string& place) {
  static const std::string preamble = "unknown key; known here are ";
  for (const auto& problem : problems_of(config)) {
    if (problem.place != place || !problem.message.starts_with(preamble)) continue;
    std::set<std::string> keys;
    std::string rest = problem.message.substr(preamble.size()) + ", ";
    for (std::size_t comma; (comma = rest.find(", ")) != std::string::npos; rest.erase(0, comma + 2)) {
      keys.insert(rest.substr(0, comma));
    }
    return keys;
  }
  FAIL("the loader took an unknown key at " << place);
  return {};
}

std::set<std::string> keys_of(const Json& node) {
  std::set<std::string> keys;
  for (const auto& [key, unused] : node.at("properties").items()) keys.insert(key);
  return keys;
}

class Walk {
 public:
  std::size_t objects = 0;
  std::size_t properties = 0;

  void object(const Json& node, const std::set<std::string>& known, const std::string& place, const Wrap& wrap) {
    ++objects;
    const auto base = valid_object(node);
    const auto inside = [&](const std::string& key) { return place.empty() ? key : place + "." + key; };
    check_accepted(wrap(base));
    CHECK(node.at("additionalProperties") == false);
    static const std::string stranger = "qqqqqqqqqqqqqqqqqqqqqqqqqqqq";
    auto with_stranger = base;
    with_stranger[stranger] = 1;
    CHECK(keys_of_loader(wrap(with_stranger), inside(stranger)) == known);

    const auto required = node.contains("required") ? node.at("required") : Json::array();
    for (const auto& key : required) {
      auto without = base;
      without.erase(key.get<std::string>());
      check_refused(wrap(without), place);
    }
    for (const auto& [name, property] : node.at("properties").items()) {
      ++properties;
      const auto& key = name;
      auto with_partners = base;
      if (node.contains("dependentRequired") && node.at("dependentRequired").contains(key)) {
        for (const auto& partner : node.at("dependentRequired").at(key)) {
          auto alone = base;
          alone[key] = valid_value(property);
          check_refused(wrap(alone), inside(partner.get<std::string>()));
          with_partners[partner.get<std::string>()] = valid_value(node.at("properties").at(partner.get<std::string>()));
        }
      }
      const Wrap wrap_value = [&wrap, &with_partners, key](const Json& value) {
        auto object = with_partners;
        object[key] = value;
        return wrap(object);
      };
      value(property, inside(key), wrap_value);
    }
  }

  void value(const Json& original, const std::string& place, const Wrap& wrap) {
    if (is_secret(original)) {
      check_accepted(wrap("text"));
      check_accepted(wrap({{"env", "NAME"}}));
      check_refused(wrap({{"file", "missing"}}), place);
      check_refused(wrap(""), place);
      return;
    }
    const auto& node = resolved(original);
    check_accepted(wrap(valid_value(original)));
    check_refused(wrap(nullptr), place);
    check_refused(wrap(-1.5), place);
    if (node.contains("enum")) {
      for (const auto& choice : node.at("enum")) check_accepted(wrap(choice));
      check_refused(wrap("no such choice"), place);
      return;
    }
    if (node.contains("examples")) {
      for (const auto& example : node.at("examples")) check_accepted(wrap(example));
    }
    if (node.contains("oneOf")) return one_of(node.at("oneOf"), place, wrap);
    if (!node.contains("type")) return;
    const auto type = node.at("type").get<std::string>();
    if (type == "integer") integer(node, place, wrap);
    if (type == "array") array(node, place, wrap);
    if (type == "string") {
      if (node.contains("minLength")) check_refused(wrap(""), place);
      if (node.contains("pattern")) check_refused(wrap("no such ✗ form"), place);
    }
    if (type == "boolean") check_refused(wrap("true"), place);
    if (type != "object") return;
    if (node.contains("properties")) return object(node, keys_of(node), place, wrap);
    // A map: its members have free names.
    const std::string name = node.contains("examples")        ? node.at("examples").at(0).begin().key()
                             : node.contains("propertyNames") ? "default"
                                                              : "5";
    const Wrap wrap_member = [&wrap, name](const Json& member) { return wrap({{name, member}}); };
    const bool is_plain = name.find_first_of("+./") == std::string::npos;
    value(node.at("additionalProperties"), place + (is_plain ? "." + name : "[\"" + name + "\"]"), wrap_member);
  }

 private:
  void integer(const Json& node, const std::string& place, const Wrap& wrap) {
    const auto min = node.at("minimum").get<std::int64_t>();
    const auto max = node.at("maximum").get<std::int64_t>();
    check_accepted(wrap(min));
    check_accepted(wrap(max));
    check_refused(wrap(min - 1), place);
    check_refused(wrap(max + 1), place);
  }

  void array(const Json& node, const std::string& place, const Wrap& wrap) {
    if (node.contains("minItems")) check_refused(wrap(Json::array()), place);
    // Ids of sources that do not stand in the file are told as such, whatever their form.
    if (place.ends_with("source_order")) return;
    value(node.at("items"), place + "[0]", [&wrap](const Json& item) { return wrap(Json::array({item})); });
  }

  void one_of(const Json& branches, const std::string& place, const Wrap& wrap) {
    std::set<std::string> all;
    for (const auto& branch : branches) all.merge(keys_of(resolved(branch)));
    for (const auto& branch : branches) {
      const auto& node = resolved(branch);
      // With a type the loader knows the keys of that type; without one it knows those of all shapes.
      object(node, node.at("properties").contains("type") ? keys_of(node) : all, place, wrap);
    }
  }
};

TEST_CASE("the schema and the loader agree") {
  Walk walk;
  walk.object(schema(), keys_of(schema()), "", [](const Json& config) { return config; });
  // Fewer would mean that the walk missed parts of the schema.
  CHECK(walk.objects == 32);
  CHECK(walk.properties == 206);
}

TEST_CASE("the example names the shipped schema") {
  std::ifstream in(RINGDEX_SOURCE_DIR "/config/ringdex.example.json");
  const auto example = Json::parse(in, nullptr, true, true);
  CHECK(example.at("$schema") == "./ringdex.schema.json");
}

}  // namespace
}  // namespace ringdex::config

// Writes the people of a benchmark as a CSV file, or numbers to ask for.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "bench/people.h"

namespace ringdex::bench {
namespace {

struct Options {
  std::uint64_t records = 100'000;
  std::uint64_t seed = 1;
  std::string out;
  std::string postgres, redis, ldif, numbers;
  std::uint64_t numbers_count = 100'000;
  unsigned unknown_percent = 30;
  std::size_t value_bytes = 400;
};

// A file that is written in large pieces; failing ends the program.
class Output {
 public:
  explicit Output(const std::string& path) : file_(path == "-" ? stdout : std::fopen(path.c_str(), "wb")), path_(path) {
    if (file_ == nullptr) fail();
    text.reserve(kPieceBytes + 4'096);
  }
  ~Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void end_line() {
    text += '\n';
    if (text.size() >= kPieceBytes) flush();
  }
  void close() {
    flush();
    if (std::fflush(file_) != 0 || (file_ != stdout && std::fclose(file_) != 0)) fail();
  }

  std::string text;

 private:
  static constexpr std::size_t kPieceBytes = 1 << 20;
  void flush() {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
    text.clear();
  }
  [[noreturn]] void fail() const { throw std::system_error(errno, std::generic_category(), path_); }

  std::FILE* file_;
  std::string path_;
};

void write_csv(const People& people, const Options& options) {
  Output out(options.out);
  out.text = "Id,Name,Company,Job Title,Mobile Phone,Work Phone,Home Phone,Other Phone,Email";
  out.end_line();
  Person person;
  for (std::uint64_t i = 0; i < options.records; ++i) {
    people.describe(i, person);
    // Nothing that the generator writes holds a comma or a quote.
    out.text.append(person.id)
        .append(1, ',')
        .append(person.name)
        .append(1, ',')
        .append(person.organization)
        .append(1, ',')
        .append(person.title);
    for (std::size_t label = 0; label < kPhonesMax; ++label) {
      out.text += ',';
      for (const PersonPhone& phone : person.phones) {
        if (static_cast<std::size_t>(phone.label) == label) out.text += phone.text;
      }
    }
    out.text.append(1, ',').append(person.email);
    out.end_line();
  }
  out.close();
}

// Calls `each` with every number and one person who has it; a shared number comes once for each of its people.
template <typename Each>
void for_each_phone(const People& people, std::uint64_t records, const Each& each) {
  Person person;
  for (std::uint64_t i = 0; i < records; ++i) {
    people.describe(i, person);
    for (const PersonPhone& phone : person.phones) each(person, phone);
  }
}

// Rows for COPY: number, id, name, organization, label.
void write_postgres(const People& people, const Options& options) {
  constexpr std::string_view kLabels[] = {"mobile", "work", "home", "other"};
  Output out(options.postgres);
  for_each_phone(people, options.records, [&](const Person& person, const PersonPhone& phone) {
    fmt::format_to(std::back_inserter(out.text), "+{}\t{}\t{}\t{}\t{}", phone.number.packed(), person.id, person.name,
                   person.organization, kLabels[static_cast<std::size_t>(phone.label)]);
    out.end_line();
  });
  out.close();
}

// SET commands for redis-cli --pipe, each value a JSON text of the same size.
void write_redis(const People& people, const Options& options) {
  Output out(options.redis);
  std::string value;
  for_each_phone(people, options.records, [&](const Person& person, const PersonPhone& phone) {
    value.clear();
    fmt::format_to(std::back_inserter(value), R"({{"id":"{}","name":"{}","organization":"{}","filling":")", person.id,
                   person.name, person.organization);
    if (value.size() + 2 < options.value_bytes) value.append(options.value_bytes - 2 - value.size(), 'x');
    value += "\"}";
    const std::string number = phone.number.to_e164();
    fmt::format_to(std::back_inserter(out.text), "*3\r\n$3\r\nSET\r\n${}\r\n{}\r\n${}\r\n{}\r", number.size(), number,
                   value.size(), value);
    out.end_line();
  });
  out.close();
}

// Entries for slapadd, each person one below dc=ringdex. Nothing that the generator writes needs quoting there.
void write_ldif(const People& people, const Options& options) {
  Output out(options.ldif);
  out.text = "dn: dc=ringdex\nobjectClass: dcObject\nobjectClass: organization\ndc: ringdex\no: ringdex\n\n";
  Person person;
  for (std::uint64_t i = 0; i < options.records; ++i) {
    people.describe(i, person);
    fmt::format_to(std::back_inserter(out.text),
                   "dn: uid={0},dc=ringdex\nobjectClass: inetOrgPerson\nuid: {0}\ncn: {1}\nsn: {1}\n", person.id,
                   person.name);
    if (!person.organization.empty()) fmt::format_to(std::back_inserter(out.text), "o: {}\n", person.organization);
    for (const PersonPhone& phone : person.phones)
      fmt::format_to(std::back_inserter(out.text), "telephoneNumber: +{}\n", phone.number.packed());
    out.end_line();
  }
  out.close();
}

void write_numbers(const People& people, const Options& options) {
  Output out(options.numbers);
  Draw draw(options.seed);
  for (std::uint64_t i = 0; i < options.numbers_count; ++i) {
    const bool unknown = draw.below(100) < options.unknown_percent;
    const auto number = unknown ? people.unknown_number(draw.next()) : people.known_number(options.records, draw);
    fmt::format_to(std::back_inserter(out.text), "+{}", number.packed());
    out.end_line();
  }
  out.close();
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("People of a benchmark: a function of the seed");
  app.add_option("--records", options.records, "how many people")
      ->check(CLI::Range(std::uint64_t{1}, People::kCountMax));
  app.add_option("--seed", options.seed, "another seed gives other people");
  app.add_option("--out", options.out, "the people as CSV; - is stdout");
  app.add_option("--postgres", options.postgres, "one row for each number, for COPY");
  app.add_option("--redis", options.redis, "one SET for each number, for redis-cli --pipe");
  app.add_option("--value-bytes", options.value_bytes, "size of each Redis value");
  app.add_option("--ldif", options.ldif, "one entry for each person, for slapadd");
  app.add_option("--numbers", options.numbers, "random numbers to ask for, one a line");
  app.add_option("--numbers-count", options.numbers_count, "how many of them");
  app.add_option("--unknown-percent", options.unknown_percent, "how many of them nobody has")
      ->check(CLI::Range(0, 100));
  CLI11_PARSE(app, argc, argv);
  const People people(options.seed);
  if (!options.out.empty()) write_csv(people, options);
  if (!options.postgres.empty()) write_postgres(people, options);
  if (!options.redis.empty()) write_redis(people, options);
  if (!options.ldif.empty()) write_ldif(people, options);
  if (!options.numbers.empty()) write_numbers(people, options);
  return 0;
}

}  // namespace
}  // namespace ringdex::bench

int main(int argc, char** argv) {
  try {
    return ringdex::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "people_generator: %s\n", error.what());
    return 1;
  }
}

#include "server/lookup/caller_line.h"

#include <doctest/doctest.h>

#include <string>

namespace ringdex::server {
namespace {

TEST_CASE("a name is split into given and family name") {
  struct Row {
    std::string name;
    std::string given;
    std::string family;
  };
  for (const Row& row : {Row{"Ada Whitlock", "Ada", "Whitlock"}, Row{"Rossi, Mario", "Mario", "Rossi"},
                         Row{"Jan van der Berg", "Jan", "van der Berg"}, Row{"Mary Ann Smith", "Mary Ann", "Smith"},
                         Row{"Cher", "", "Cher"}, Row{"", "", ""}, Row{"  de la Cruz ", "", "de la Cruz"},
                         Row{"von Neumann", "", "von Neumann"}, Row{"Li  Wei", "Li", "Wei"}, Row{",", "", ""},
                         Row{"ada whitlock", "ada", "whitlock"}}) {
    CAPTURE(row.name);
    const NameParts parts = split_name(row.name);
    CHECK(parts.given == row.given);
    CHECK(parts.family == row.family);
  }
}

}  // namespace
}  // namespace ringdex::server

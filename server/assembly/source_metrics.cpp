#include "server/assembly/source_metrics.h"

#include <fmt/core.h>

#include <iterator>

namespace ringdex::server {

std::string source_metrics(const sync::Sources& sources, const index::Index& index, const std::string& account,
                           index::TimePoint now) {
  std::string records = "# HELP ringdex_source_records Records mirrored.\n# TYPE ringdex_source_records gauge\n";
  std::string ages =
      "# HELP ringdex_source_checkpoint_age_seconds Time since the checkpoint moved.\n"
      "# TYPE ringdex_source_checkpoint_age_seconds gauge\n";
  std::string states =
      "# HELP ringdex_source_state 1 for the state that the source is in.\n# TYPE ringdex_source_state gauge\n";
  const index::IndexView view = index.read();
  for (const sync::SourceOverview& source : sources.overview(account)) {
    const std::string labels = fmt::format("account=\"{}\",source=\"{}\"", source.account, source.source);
    if (const auto state = view.source_state(source.account, source.source)) {
      fmt::format_to(std::back_inserter(records), "ringdex_source_records{{{}}} {}\n", labels, state->records);
    }
    if (const auto moved = view.checkpoint_at(source.account, source.source)) {
      fmt::format_to(std::back_inserter(ages), "ringdex_source_checkpoint_age_seconds{{{}}} {}\n", labels,
                     static_cast<double>((now - *moved).count()) / 1000.0);
    }
    fmt::format_to(std::back_inserter(states), "ringdex_source_state{{{},state=\"{}\"}} 1\n", labels,
                   to_string(source.status.state));
  }
  return records + ages + states +
         fmt::format(
             "# HELP ringdex_position Writes to the index.\n# TYPE ringdex_position counter\nringdex_position {}\n"
             "# HELP ringdex_number_table_bytes Memory that lookups are answered from.\n"
             "# TYPE ringdex_number_table_bytes gauge\nringdex_number_table_bytes {}\n"
             "# HELP ringdex_number_table_loaded 1 once lookups are answered from memory, 0 while RocksDB answers.\n"
             "# TYPE ringdex_number_table_loaded gauge\nringdex_number_table_loaded {}\n",
             view.position(), index.table_bytes(), index.table_state() == index::NumberTable::State::complete ? 1 : 0);
}

}  // namespace ringdex::server

#include "server/assembly/mirror.h"

#include <utility>

#include "server/assembly/source_factory.h"

namespace ringdex::server {

void Mirror::add_sources(const config::Config& config, const telephony::NumberParser& parser,
                         const std::function<double()>& draw) {
  for (const config::SourceConfig& source : config.sources) {
    scheduler.add(make_source(source, config.accounts.at(source.account), config.data_dir, parser, draw));
  }
}

bool Mirror::fetch(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done) {
  return scheduler.resync(account, id, [done = std::move(done)](const sync::ResyncAnswer& answer) {
    using Outcome = sync::ResyncAnswer::Outcome;
    done(answer.outcome == Outcome::updated || answer.outcome == Outcome::unchanged ||
         answer.outcome == Outcome::merged);
  });
}

}  // namespace ringdex::server

#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_zendesk.h"
#include "tests/support/ringdex_process.h"
#include "tests/support/temp_dir.h"

namespace ringdex::tests {

// A port that was free a moment ago, for the two sides of a webhook to know before either starts.
int free_port();

// Somebody who was made long enough ago to be in the first export.
test_support::FakeUser person(const std::string& name, const std::string& phone);

// A fake Zendesk and the folder and config of a ringdex that mirrors it. Restarts keep the data.
class ZendeskScene {
 public:
  explicit ZendeskScene(test_support::FakeZendeskOptions options = {}, std::string extra_source_settings = "");

  test_support::FakeZendesk& zendesk() { return *zendesk_; }
  std::unique_ptr<RingdexProcess> start() const;
  const std::string& config() const { return config_; }
  std::string folder() const { return dir_.path().string(); }

 private:
  TempDir dir_;
  int port_;
  std::unique_ptr<test_support::FakeZendesk> zendesk_;
  std::string config_;
};

// The numbers of a fake user that ringdex must find, by libphonenumber itself.
std::vector<std::string> numbers_of(const test_support::FakeUser& user);
// number -> ids of the users who must be answered for it.
std::map<std::string, std::set<std::string>> expected_answers(const test_support::FakeZendesk& zendesk);
// Compares every expected number with what the server answers; the first differences in words, empty if none.
std::string differences(const RingdexProcess& ringdex, const test_support::FakeZendesk& zendesk,
                        const std::string& source);

}  // namespace ringdex::tests

#include "index/records/source_state.h"

#include <doctest/doctest.h>

using namespace std::string_literals;

namespace ringdex::index {

TEST_CASE("a source's state comes back as it was") {
  using Listing = SourceState::Listing;
  for (const Listing listing : {Listing::none, Listing::initial, Listing::running, Listing::awaiting}) {
    SourceState state;
    state.checkpoint = "{\"after\": \"\xc3\xa9\"}\n\0"s;
    state.checkpoint_at = TimePoint(std::chrono::milliseconds(1'700'000'000'123));
    state.records = UINT64_MAX;
    state.listing = listing;
    state.awaiting_confirmation = 12;
    CHECK(decode_source_state(encode_source_state(state)) == state);
  }
  CHECK(decode_source_state(encode_source_state({})) == SourceState{});
}

TEST_CASE("a checkpoint that is no text is stored as text") {
  SourceState state;
  state.checkpoint = "a\xff\xc3";
  const auto decoded = decode_source_state(encode_source_state(state));
  REQUIRE(decoded);
  CHECK(decoded->checkpoint.starts_with("a"));
}

TEST_CASE("what is no state is nothing") {
  const std::string whole = encode_source_state({});
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_FALSE(decode_source_state(whole.substr(0, length)));
  for (const std::string& bytes :
       {"null"s, "[]"s, "{}"s, "\xff"s, std::string(100'000, '['),
        R"({"checkpoint":1,"checkpoint_at":0,"records":0,"listing":0,"awaiting_confirmation":0})"s,
        R"({"checkpoint":"","checkpoint_at":0,"records":0,"listing":4,"awaiting_confirmation":0})"s,
        R"({"checkpoint":"","checkpoint_at":0,"records":0,"listing":-1,"awaiting_confirmation":0})"s}) {
    CHECK_FALSE(decode_source_state(bytes));
  }
}

}  // namespace ringdex::index

#pragma once

#include <string>

#include "tests/support/temp_dir.h"

namespace ringdex::test_support {

// A self-signed certificate for one DNS name, made on the spot; its files are removed at the end.
class TestCertificate {
 public:
  explicit TestCertificate(const std::string& dns_name);

  const std::string& certificate_file() const { return certificate_file_; }
  const std::string& key_file() const { return key_file_; }

 private:
  tests::TempDir folder_;
  std::string certificate_file_;
  std::string key_file_;
};

}  // namespace ringdex::test_support

#pragma once

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace ringdex::server {

// A list whose cleared elements keep their memory for the next that are added, so that a connection's hundredth request
// allocates nothing. T has clear().
template <typename T>
class ReusedList {
 public:
  ReusedList() = default;
  ReusedList(std::initializer_list<T> all) : all_(all), size_(all.size()) {}

  T& add() {
    if (size_ == all_.size()) all_.emplace_back();
    all_[size_].clear();
    return all_[size_++];
  }
  void clear() { size_ = 0; }

  // Bytes that it keeps; `of` tells those of one element beside itself.
  std::size_t memory(auto of) const {
    std::size_t bytes = all_.capacity() * sizeof(T);
    for (const T& one : all_) bytes += of(one);
    return bytes;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t at) const { return all_[at]; }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.begin() + static_cast<std::ptrdiff_t>(size_); }

 private:
  std::vector<T> all_;
  std::size_t size_ = 0;
};

}  // namespace ringdex::server

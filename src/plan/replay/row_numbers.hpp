#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace etl {

/// A set of numbers of rows, small where they lie together: "0-5 7 9-12".
class RowNumbers {
  public:
    /// Throws Error E532 where the text is none.
    static RowNumbers parse(const std::string& text);
    std::string text() const;

    bool contains(std::uint64_t number) const;
    void add(std::uint64_t number);
    void add(const RowNumbers& others);
    /// Those that are in both.
    RowNumbers common(const RowNumbers& others) const;
    friend bool operator==(const RowNumbers&, const RowNumbers&) = default;

  private:
    using Range = std::pair<std::uint64_t, std::uint64_t>;  // both ends belong to it
    void add(Range range);
    std::vector<Range> ranges_;  // ascending, not even touching
};

}  // namespace etl

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "connectors/sqlite/sqlite_cell.hpp"

namespace etl {

/// Tells rows apart that one value of the incremental column does not.
struct RowHash {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const RowHash&, const RowHash&) = default;
};
RowHash hash_row(std::string_view bytes);

/// How often each row is there.
class RowHashes {
  public:
    void add(RowHash hash) { ++counts_[hash]; }
    /// Takes one of them out; false: there is none.
    bool take(RowHash hash);
    void clear() { counts_.clear(); }
    std::size_t distinct() const { return counts_.size(); }
    template <typename Body>
    void for_each(Body&& body) const {
        for (const auto& [hash, count] : counts_)
            for (std::uint32_t i = 0; i < count; ++i) body(hash);
    }

  private:
    struct Low {
        std::size_t operator()(RowHash hash) const { return hash.low; }
    };
    std::unordered_map<RowHash, std::uint32_t, Low> counts_;
};

/// How far a source was read by a column: the greatest value and, by their hashes, the rows at it (with `lag`: within
/// lag of it) and those without a place in the order. All other rows up to the value are known.
/// Or where the next run is to begin, as somebody has set it.
/// As text: "text 10 2024-01-31" (class, bytes, value), "from 10 2024-01-31" or "none", then a line a hash, "- HASH"
/// for those without a place.
struct SqlitePosition {
    SqliteStatement::Kind kind = SqliteStatement::Kind::null;  // null: there is no value yet
    std::int64_t integer = 0;
    double floating = 0;
    std::string bytes;
    std::string from;  // spelled as in Incremental; while there is no value
    RowHashes at_value;
    RowHashes unplaced;

    bool has_value() const { return kind != SqliteStatement::Kind::null; }
    SqliteCell value() const { return {kind, integer, floating, bytes}; }
    void set_value(const SqliteCell& cell);
    std::string text() const;
    /// Throws Error E532, with that name, where the text is none.
    static SqlitePosition parse(std::string_view text, const std::string& name);
};

}  // namespace etl

#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "component/connector_spec.hpp"
#include "data/gather.hpp"
#include "data/text_parse.hpp"
#include "formats/json/json_cursor.hpp"

namespace etl {

/// What a column, or a field of a record, is and how its texts are read. Shared by all slots.
struct JsonField {
    std::string name;  // the member's
    std::string path;  // for rejects: "customer.address.city"
    const DataType* type = nullptr;
    ColumnFormat format;
    bool is_private = false;
    SourceSpan span;
    std::vector<JsonField> fields;  // of a record; of a list: the item
};

/// Throws Error E429 where a format is none.
JsonField make_json_field(const SourceColumn& column, TimeZone zone);

/// Why a line was refused.
struct JsonFailure {
    const JsonField* field = nullptr;  // nullptr: the whole line
    std::string value;
    std::string reason;
};

class JsonColumn;

/// A member's name, to be compared with those in a block, behind whose bytes 8 more may be read.
class JsonName {
  public:
    JsonName() = default;
    explicit JsonName(std::string_view text) : text_(text) {
        std::memcpy(&head_, text.data(), std::min<std::size_t>(text.size(), 8));
        mask_ = text.size() >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * text.size())) - 1;
    }
    bool is(std::string_view key) const {
        if (key.size() != text_.size()) return false;
        std::uint64_t word = 0;
        std::memcpy(&word, key.data(), 8);
        return ((word ^ head_) & mask_) == 0 && (key.size() <= 8 || key.substr(8) == std::string_view(text_).substr(8));
    }

  private:
    std::string text_;
    std::uint64_t head_ = 0;  // its first bytes
    std::uint64_t mask_ = 0;
};

/// The columns that an object's members go to.
struct JsonMembers {
    /// A member as the object before had it at this place: objects of a file are mostly alike.
    struct Guess {
        JsonName name;
        JsonColumn* column = nullptr;  // nullptr: no column names it
    };
    std::vector<JsonColumn> columns;
    std::vector<Guess> guesses;
    std::unordered_map<std::string_view, JsonColumn*> by_name;  // made for the first member that was not guessed
};

/// What a column shares with the others of its slot.
struct JsonBatch {
    Arena& arena;
    bool has_escapes = false;  // a backslash somewhere in the record
    JsonFailure failure;       // why a line was refused
};

/// One column of a batch under way: values are put at a row's place. One a slot and field.
class JsonColumn {
  public:
    JsonColumn(const JsonField& field, Memory& memory);

    /// Room for that many rows of a new batch.
    void start(std::uint32_t rows, Arena& arena);
    /// The value at the cursor, for a row; the cursor goes behind it. False: batch.failure says why.
    bool put(JsonCursor& cursor, std::uint32_t row, JsonBatch& batch);
    /// A member that is missing in the row becomes null. False: it must not be.
    bool settle(std::uint32_t row, JsonFailure& failure);
    Column finish(std::vector<BufferRef>& keep);
    const JsonField& field() const { return *field_; }

  private:
    bool put_null(std::uint32_t row, JsonFailure& failure);
    bool put_list(JsonCursor& cursor, std::uint32_t row, JsonBatch& batch);
    bool put_text(JsonCursor& cursor, std::uint32_t row, JsonBatch& batch);
    bool put_scalar(JsonCursor& cursor, std::uint32_t row, JsonFailure& failure);
    bool put_parsed(std::string_view text, std::uint32_t row, JsonFailure& failure);
    bool fail(JsonFailure& failure, std::string_view value, std::string reason) const;

    const JsonField* field_;
    Memory* memory_;
    bool is_plain_;  // an int, or a decimal of at most 18 places, without a format
    void* values_ = nullptr;
    std::uint64_t* valid_ = nullptr;
    std::uint32_t seen_row_ = UINT32_MAX;
    JsonMembers children_;                                // of a record
    std::vector<std::pair<std::uint32_t, Value>> lists_;  // of a list: row and value, ascending
    std::uint32_t rows_ = 0;
};

/// Reads the object at the cursor into columns; members that no column names are skipped.
bool read_members(JsonCursor& cursor, JsonMembers& members, std::uint32_t row, JsonBatch& batch);

}  // namespace etl

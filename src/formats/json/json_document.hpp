#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "component/connector_spec.hpp"
#include "formats/json/json_structure.hpp"
#include "formats/json/json_text.hpp"

namespace etl {

/// Cuts one JSON document into its rows: the items of the list that stands at the end of a path of names, or the one
/// value there, which null is not. What stands around the rows is checked and passed over, in any size.
class JsonDocument {
  public:
    /// rows: "data.items"; empty: the document itself.
    JsonDocument(const std::string& rows, std::uint64_t most_record_bytes);

    /// Before a file's first byte; `begin`: that many are no text.
    void begin(std::string file_name, std::size_t begin);
    /// As Decoder::cut. Throws Error E439 with the line and the byte of what is wrong outside of the rows.
    std::size_t cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state);
    /// Behind the last byte. Throws Error where the document does not end there.
    void end(const CutState& state) const;

  private:
    enum class Phase : std::uint8_t { head, list, single, tail };

    std::size_t walk_head(bool at_end);
    bool is_at_rows(std::size_t at);
    std::size_t enter_rows(std::size_t at);
    void look_at_token(const JsonStructure::Token& token);
    std::size_t walk_tail(bool at_end);
    std::size_t cut_list(bool at_end, std::uint32_t most_records, std::uint64_t& records);
    std::size_t cut_single(bool at_end, std::uint64_t& records);
    bool find_item_end(std::size_t& at, bool at_end, bool may_wait);
    std::size_t close_list(std::size_t at);
    std::string_view token_text(const JsonStructure::Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    std::string in_file() const { return file_name_.empty() ? std::string() : file_name_ + ": "; }
    [[noreturn]] void fail_cut_off(std::uint64_t line) const;
    [[noreturn]] void fail(std::size_t at, const std::string& what) const;
    [[noreturn]] void fail_too_long(std::size_t at) const;
    [[noreturn]] void fail_missing(std::size_t at) const;

    std::vector<std::string> path_;
    std::uint64_t most_record_bytes_;
    std::string file_name_;
    Phase phase_ = Phase::head;
    JsonStructure structure_;
    JsonBrackets brackets_;
    std::size_t matched_ = 0;         // names of the path, whose objects are open
    bool is_next_ = false;            // the value that comes belongs to the path's next name
    std::vector<std::string> names_;  // of the members passed over in the innermost of them
    std::uint64_t byte_ = 0;          // of the file, where text_ begins
    std::string_view text_;           // of this call
    const CutState* state_ = nullptr;
};

}  // namespace etl

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/options.hpp"
#include "base/registry.hpp"
#include "component/offset_book.hpp"
#include "component/sink.hpp"
#include "component/source.hpp"
#include "data/schema.hpp"
#include "expr/expression.hpp"

namespace etl {

/// A column of a source, as declared or discovered.
struct SourceColumn {
    std::string name;
    std::string source_name;  // `from "…"`, else the name
    const DataType* type = nullptr;
    std::vector<std::string> formats;  // of numbers by example, of dates by %: tried in turn
    bool key = false;
    bool is_private = false;
    SourceSpan span;
};

/// How the planner wants a column: what no expression reads as a typed value may stay raw (checked against its type).
enum class ColumnUse : std::uint8_t { typed, passed };

struct FormatSpec;

/// What a source is made of. Addresses are relative to base_folder.
struct SourceRequest {
    const FormatSpec* format = nullptr;  // of the connector `files`
    OptionValues options;                // of the format; of the member
    OptionValues connection;             // of a database's connection, checked against its options
    std::string address;                 // path or glob; of `files`
    std::string member;                  // "table", "query"
    std::string member_argument;         // the table's name, the query's text
    std::filesystem::path base_folder;
    std::vector<SourceColumn> columns;  // empty when discovering
    std::vector<ColumnUse> uses;        // by column
    bool strict = false;
    std::string timezone = "UTC";
    std::uint32_t source = 0;  // its number, for origins
    std::string name;          // in the pipeline, for stored positions
    Incremental incremental;
    SourceSpan span;  // of the address
};

enum class WriteMode : std::uint8_t {
    append,
    replace,       // of all rows, or of those for which `where` is true
    replace_keys,  // `replace by K`: of the rows with keys that the run brings
    upsert,
    update,
    remove  // `delete by K`
};

struct SinkRequest {
    const FormatSpec* format = nullptr;
    OptionValues options;  // of the format, of `into … { }`
    OptionValues connection;
    std::string address;
    std::string member;
    std::string member_argument;
    std::filesystem::path base_folder;
    SchemaPtr schema;
    WriteMode mode = WriteMode::replace;
    std::vector<std::uint32_t> keys;        // columns of `… by K`
    ExprPtr where;                          // of `replace where`, over the schema; nullptr: all rows
    ExprPtr delete_when;                    // over the schema; rows for which it is true delete their key
    std::vector<std::uint32_t> partitions;  // columns of `partition by`
    bool commits =
        false;          // fed by an incremental source only: Sink::commit is called on the way, rows are kept behind it
    bool full = false;  // `--full`: what commits starts again from nothing, and shows it at its first commit
    std::string timezone = "UTC";
    std::string pipeline;  // its name
    SourceSpan span;
};

/// Where a block may be cut, carried from one piece of a file to the next.
struct CutState {
    bool in_quotes = false;
    std::uint64_t line = 1;       // of the next record
    std::uint64_t record = 0;     // number of the next record
    std::uint64_t open_line = 0;  // where an open quote began
    bool scalar = false;          // out: the piece needs the byte-by-byte way
    std::uint64_t records = 0;    // out: in the piece cut off
    std::uint64_t lines = 0;      // out
    bool passed = false;          // out: what was cut off holds no record, and makes no block
};

/// A format read from bytes. Immutable but for its slots.
class Decoder {
  public:
    virtual ~Decoder() = default;
    /// Looks at a file's first bytes (all of them if at_end): how many are no records (byte order mark, skipped lines,
    /// header), and maps columns by the header. Nothing: more bytes are needed. Throws Error (a column is missing,
    /// `strict`). `state` is left at the first record. Called for each file of a lane, in order, from the reader's
    /// thread.
    virtual std::optional<std::size_t> begin_file(std::span<const char> head, bool at_end, CutState& state,
                                                  std::string_view file_name) = 0;
    /// Length of the leading bytes that are whole records, at most `most_records` of them (0: any). 0: more are needed.
    /// At the end of a file the rest counts as a record, or throws Error (an open quote: with its line).
    virtual std::size_t cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state) = 0;
    /// Behind a file's last byte, when nothing is left to be cut. Throws Error where the file is cut off.
    virtual void end_file(const CutState& /*state*/) {}
    /// Where records begin can be told only from the file's beginning on: to go on in the middle, what was read before
    /// is cut again, record by record.
    virtual bool is_document() const { return false; }
    /// Records that a file's end takes away (csv's `footer`); 0 for most.
    virtual std::uint32_t footer_records() const { return 0; }
    /// What begin_file() has learned of a file, so that its records can be read apart from it; "" for most. Files are
    /// numbered in the order of begin_file(). From any thread.
    virtual std::string head(std::uint32_t /*file*/) const { return {}; }
    /// Instead of begin_file(), by what head() gave in an earlier run. Throws Error as that does.
    virtual void begin_again(std::string_view /*head*/, std::string_view /*file_name*/) {}
    virtual std::unique_ptr<Slot> make_slot(RunContext& run) = 0;
    virtual void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) = 0;
};

/// A format of files: "csv", "jsonl". Options are checked against the spec before they come here.
struct FormatSpec {
    std::string_view name;
    std::string_view summary;
    std::span<const OptionSpec> options;  // of reading and of writing
    std::span<const std::string_view> examples;
    /// Columns by the file's head; throws Error. csv: all text; jsonl: from the records it sees.
    std::vector<SourceColumn> (*discover)(std::span<const char> head, bool at_end, const OptionValues& options);
    std::unique_ptr<Decoder> (*make_decoder)(const SourceRequest& request);
    std::unique_ptr<Encoder> (*make_encoder)(const SinkRequest& request);
};

/// A kind of place that rows come from and go to: "files" (used through formats), "sqlite".
struct ConnectorSpec {
    std::string_view name;
    std::string_view summary;
    std::span<const OptionSpec> options;        // of `connection NAME = kind(…)`; the first may be given without a name
    std::span<const std::string_view> members;  // "table", "query"
    std::span<const OptionSpec> target_options;  // of `into … { }`
    std::span<const std::string_view> examples;
    /// Checks that the place is there and readable, and lists its columns (types as the source knows them).
    /// Throws Error with a message for a person. Where the request has columns, checks that these can be read; the list
    /// may be empty then.
    std::vector<SourceColumn> (*discover)(const SourceRequest& request);
    std::unique_ptr<Source> (*make_source)(const SourceRequest& request);
    std::unique_ptr<Sink> (*make_sink)(const SinkRequest& request);
    bool is_table = false;  // a mode must be written; else `replace` is meant
    /// How targets are loaded: "append", "replace", "replace where", "replace by", "upsert by", "update by",
    /// "delete by"; "delete when" and "partition by", where these may stand behind.
    std::span<const std::string_view> modes;
    /// Of a target whose sink commits; nullptr where the connector has none such.
    std::unique_ptr<OffsetBook> (*make_offset_book)(const SinkRequest& request) = nullptr;
    /// Of a source that is read incrementally. Throws Error E532 where the text is no position of that kind.
    PositionSummary (*summarize_position)(const std::string& text, Incremental::Kind kind) = nullptr;
    /// What to store in place of `stored`, so that the next run begins at a value of the column, spelled as in
    /// Incremental; nullptr where positions are no values. Throws Error E532 where `stored` is no position.
    std::string (*position_from)(const std::string& stored, const std::string& value) = nullptr;
};

}  // namespace etl

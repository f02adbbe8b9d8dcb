#include "formats/csv/csv_cut.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "formats/csv/csv_walk.hpp"

namespace etl {

namespace {

constexpr std::uint64_t kReadAtOnce_bytes = 256 * 1024;

struct RecordCounter {
    std::uint64_t most;  // 0: any
    std::uint64_t records = 0;

    void separator(std::size_t) {}
    bool record(std::size_t, CsvRecordShape) { return ++records != most; }
};

struct Piece {
    std::size_t end = 0;
    std::uint64_t records = 0;
    CsvWalkEnd rest;
};

/// Cuts byte by byte from `from` on.
void walk_on(std::string_view text, std::size_t from, std::uint64_t most, const CsvMarks& marks, bool at_end,
             Piece& piece) {
    RecordCounter counter{most == 0 ? 0 : most - piece.records};
    piece.rest = walk_csv(text.substr(from), marks, at_end, counter);
    piece.rest.quote_at += from;
    piece.end = from + piece.rest.at;
    piece.records += counter.records;
}

[[noreturn]] void throw_open(std::string_view text, const Piece& piece, bool at_end, const CsvOptions& options,
                             std::string_view file_name, const CutState& state) {
    const std::size_t at = piece.rest.in_quotes ? piece.rest.quote_at : piece.end;
    const std::uint64_t line = state.line + scan_kernels().count_lines(text.data(), at);
    std::string message(file_name);
    message += piece.rest.in_quotes ? ": the quoted field that begins in line " : ": the record that begins in line ";
    message += std::to_string(line);
    message += at_end ? " does not end: the file is cut off there, or a quote is missing"
                      : " does not end within " + format_bytes(options.max_record_bytes) + " (`max_record`)";
    throw Error("E412", message);
}

}  // namespace

std::size_t cut_csv_records(std::span<const char> bytes, bool at_end, std::uint32_t most_records,
                            const CsvOptions& options, std::string_view file_name, CutState& state) {
    const std::string_view text(bytes.data(), bytes.size());
    const ScanKernels& kernels = scan_kernels();
    // A record that is longer than what is read at once stands first in the bytes when its end has come.
    const std::uint64_t most_bytes = std::max(options.max_record_bytes, kReadAtOnce_bytes);
    if (text.size() > most_bytes && kernels.cut_csv(text.data(), text.size(), options.marks, 1).end > most_bytes)
        throw_open(text, {}, false, options, file_name, state);
    const CsvCut cut = kernels.cut_csv(text.data(), text.size(), options.marks, most_records);
    Piece piece;
    std::uint64_t lines = cut.lines;
    state.scalar = cut.irregular;
    const bool enough = !cut.irregular && most_records != 0 && cut.records == most_records;
    if (cut.irregular) {
        walk_on(text, 0, most_records, options.marks, at_end, piece);
        lines = kernels.count_lines(text.data(), piece.end);
    } else if (enough || (cut.end > 0 && (!at_end || cut.end == text.size()))) {
        piece.end = cut.end;
        piece.records = cut.records;
    } else if (at_end || text.size() > options.max_record_bytes) {
        piece.records = cut.records;
        walk_on(text, cut.end, most_records, options.marks, at_end, piece);
        lines += kernels.count_lines(text.data() + cut.end, piece.end - cut.end);
    }
    const bool too_long = piece.end == 0 && text.size() > options.max_record_bytes;
    if (too_long || (at_end && piece.rest.in_quotes && !enough))
        throw_open(text, piece, at_end && !too_long, options, file_name, state);
    state.records = piece.records;
    state.lines = lines;
    state.record += piece.records;
    state.line += lines;
    return piece.end;
}

}  // namespace etl

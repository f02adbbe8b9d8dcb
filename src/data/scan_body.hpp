#pragma once

#include <bit>
#include <cstring>

#include "data/scan.hpp"

// The passes of scan.hpp over an instruction set that turns 64 bytes into masks of 64 bits. Included behind the pragma
// that switches the instruction set on. All is a template of it, so that no function of two sets has one name, and
// there are no lambdas, which do not take the pragma.

namespace etl {

inline constexpr std::size_t kScanStep_bytes = 64;

/// The next 64 bytes: those of the text, or its last ones filled up with zeros.
template <typename Isa>
const char* scan_piece(const char* data, std::size_t left, char* tail, std::uint64_t& there) {
    there = ~std::uint64_t{0};
    if (left >= kScanStep_bytes) return data;
    there = (std::uint64_t{1} << left) - 1;
    std::memset(tail, 0, kScanStep_bytes);
    std::memcpy(tail, data, left);
    return tail;
}

template <typename Isa>
std::uint64_t count_lines_body(const char* data, std::size_t size) {
    const auto line_feed = Isa::needle('\n');
    std::uint64_t lines = 0;
    char tail[kScanStep_bytes];
    for (std::size_t at = 0; at < size; at += kScanStep_bytes) {
        std::uint64_t there = 0;
        const auto piece = Isa::load(scan_piece<Isa>(data + at, size - at, tail, there));
        lines += static_cast<std::uint64_t>(std::popcount(Isa::equal(piece, line_feed)));
    }
    return lines;
}

/// The mask without its highest bits, so that `keep` are left.
template <typename Isa>
std::uint64_t lowest_bits(std::uint64_t mask, std::uint64_t keep) {
    std::uint64_t kept = 0;
    for (; keep > 0; --keep) {
        kept |= mask & (~mask + 1);
        mask &= mask - 1;
    }
    return kept;
}

/// Whether quotes stand at the edges of fields, from 64 bytes to the next.
template <typename Isa>
struct QuoteCheck {
    std::uint64_t inside = 0;       // all ones inside of quotes
    std::uint64_t edge = 1;         // 1 where a field may begin; kUnknown: not looked at
    std::uint64_t closed = 0;       // 1 behind a closing quote
    std::uint64_t returned = 0;     // 1 behind a carriage return that follows one
    std::uint64_t line_begins = 1;  // 1 at a record's begin
    std::uint64_t bad = 0;          // not 0: something irregular
    static constexpr std::uint64_t kUnknown = 2;

    /// The line ends outside of quotes. Masks hold no bits behind the text's end.
    std::uint64_t look(std::uint64_t quotes, std::uint64_t delimiters, std::uint64_t feeds, std::uint64_t returns,
                       std::uint64_t comments, std::uint64_t there) {
        const std::uint64_t within = Isa::prefix_xor(quotes) ^ inside;
        inside = static_cast<std::uint64_t>(static_cast<std::int64_t>(within) >> 63);
        const std::uint64_t opens = quotes & within;
        const std::uint64_t closes = quotes & ~within;
        const std::uint64_t edges = delimiters | feeds | closes;
        bad |= opens & ~((edges << 1) | edge);
        edge = edges >> 63;
        const std::uint64_t behind = (closes << 1) | closed;
        closed = closes >> 63;
        bad |= behind & ~(delimiters | feeds | returns | opens) & there;
        const std::uint64_t returns_behind = behind & returns;
        bad |= ((returns_behind << 1) | returned) & ~feeds & there;
        returned = returns_behind >> 63;
        const std::uint64_t ends = feeds & ~within;
        bad |= comments & ((ends << 1) | line_begins);
        line_begins = ends >> 63;
        return ends;
    }
};

template <typename Isa>
CsvCut cut_csv_body(const char* data, std::size_t size, CsvMarks marks, std::uint64_t most_records) {
    const auto quote = Isa::needle(marks.quote);
    const auto delimiter = Isa::needle(marks.delimiter);
    const auto comment = Isa::needle(marks.comment);
    const auto line_feed = Isa::needle('\n');
    const auto carriage_return = Isa::needle('\r');
    const std::uint64_t quotes_on = marks.quote != 0 ? ~std::uint64_t{0} : 0;
    const std::uint64_t comments_on = marks.comment != 0 ? ~std::uint64_t{0} : 0;
    const std::uint64_t most = most_records == 0 ? ~std::uint64_t{0} : most_records;

    CsvCut cut;
    QuoteCheck<Isa> check;
    std::uint64_t last = 0;  // line ends of the last step that has any outside of quotes
    std::size_t last_at = 0;
    std::uint64_t lines = 0;
    std::size_t at = 0;
    char tail[kScanStep_bytes];
    for (; at < size && cut.records < most; at += kScanStep_bytes) {
        std::uint64_t there = 0;
        const auto piece = Isa::load(scan_piece<Isa>(data + at, size - at, tail, there));
        const std::uint64_t quotes = Isa::equal(piece, quote) & quotes_on & there;
        const std::uint64_t feeds = Isa::equal(piece, line_feed);
        std::uint64_t ends = feeds;
        if ((quotes | check.inside | check.closed | check.returned | comments_on) != 0) [[unlikely]] {
            if (check.edge == check.kUnknown)
                check.edge = data[at - 1] == marks.delimiter || data[at - 1] == '\n' ? 1 : 0;
            ends = check.look(quotes, Isa::equal(piece, delimiter) & there, feeds, Isa::equal(piece, carriage_return),
                              Isa::equal(piece, comment) & comments_on & there, there);
        } else {
            check.edge = check.kUnknown;
        }
        lines += static_cast<std::uint64_t>(std::popcount(feeds));
        cut.records += static_cast<std::uint64_t>(std::popcount(ends));
        last = ends != 0 ? ends : last;
        last_at = ends != 0 ? at : last_at;
    }
    cut.irregular = check.bad != 0;
    if (cut.irregular || last == 0) return cut;
    if (cut.records > most) {
        const auto found = static_cast<std::uint64_t>(std::popcount(last));
        last = lowest_bits<Isa>(last, found - (cut.records - most));
        cut.records = most;
    }
    cut.end = last_at + static_cast<std::size_t>(std::bit_width(last));
    const std::size_t seen = at < size ? at : size;
    cut.lines = lines - count_lines_body<Isa>(data + cut.end, seen - cut.end);
    return cut;
}

/// Not 0 if a quoted field ends that needs no quotes: no mark stands in it. Adding its first bit to the run of its
/// other bytes carries up to the closing quote, unless a mark stops it; a doubled quote begins and ends no field.
template <typename Isa>
std::uint64_t needless_quotes(std::uint64_t quotes, std::uint64_t within, std::uint64_t marks, bool quote_follows,
                              CsvSeparators& state) {
    state.inside = static_cast<std::uint64_t>(static_cast<std::int64_t>(within) >> 63);
    const std::uint64_t opens = quotes & within;
    const std::uint64_t closes = quotes & ~within;
    const std::uint64_t first = opens & ~((closes << 1) | state.closing);
    state.closing = closes >> 63;
    const std::uint64_t doubled = (opens >> 1) | (quote_follows ? std::uint64_t{1} << 63 : 0);
    const std::uint64_t runs = within & ~marks;
    const std::uint64_t carried = runs + state.plain;
    const std::uint64_t sum = carried + first;
    state.plain = (carried < runs ? 1 : 0) | (sum < carried ? 1 : 0);
    return sum & closes & ~doubled;
}

template <typename Isa>
void index_csv_body(const char* data, std::uint32_t size, CsvMarks marks, CsvSeparators& found) {
    const auto quote = Isa::needle(marks.quote);
    const auto delimiter = Isa::needle(marks.delimiter);
    const auto line_feed = Isa::needle('\n');
    const auto carriage_return = Isa::needle('\r');
    const auto zero = Isa::needle('\0');
    const std::uint64_t quotes_on = marks.quote != 0 ? ~std::uint64_t{0} : 0;

    CsvSeparators state = found;
    std::uint32_t* out = state.ends + state.count;
    const std::uint32_t* const out_end = state.ends + (state.capacity - kScanSlack);
    std::uint64_t needless = 0;
    std::uint64_t zeros = 0;
    std::uint64_t high = 0;
    std::uint32_t at = state.at;
    char tail[kScanStep_bytes];
    for (; at < size && out <= out_end; at += kScanStep_bytes) {
        std::uint64_t there = 0;
        const auto piece = Isa::load(scan_piece<Isa>(data + at, size - at, tail, there));
        const std::uint64_t quotes = Isa::equal(piece, quote) & quotes_on & there;
        const std::uint64_t feeds = Isa::equal(piece, line_feed);
        const std::uint64_t delimiters = Isa::equal(piece, delimiter) & there;
        const std::uint64_t returns = Isa::equal(piece, carriage_return);
        zeros |= Isa::equal(piece, zero) & there;
        high |= Isa::high(piece);
        std::uint64_t within = 0;
        if ((quotes | state.inside | state.closing) != 0) [[unlikely]] {
            const bool quote_follows =
                at + kScanStep_bytes < size && data[at + kScanStep_bytes] == marks.quote && marks.quote != 0;
            within = Isa::prefix_xor(quotes) ^ state.inside;
            needless |= needless_quotes<Isa>(quotes, within, delimiters | feeds | returns, quote_follows, state);
        }
        const std::uint64_t ends = feeds & ~within;
        state.line_ends += static_cast<std::uint32_t>(std::popcount(ends));
        state.carriage_returns += static_cast<std::uint32_t>(std::popcount(returns & ~within));
        out = Isa::extract((delimiters & ~within) | ends, at, out);
    }
    state.at = at < size ? at : size;
    state.count = static_cast<std::uint32_t>(out - state.ends);
    state.needless_quotes |= needless != 0;
    state.zeros |= zeros != 0;
    state.high |= high != 0;
    found = state;
}

/// What makes quotes necessary in a CSV text.
template <typename Isa>
struct MarkNeedles {
    decltype(Isa::needle(0)) delimiter, quote, line_feed, carriage_return;

    explicit MarkNeedles(CsvMarks marks)
        : delimiter(Isa::needle(marks.delimiter)),
          quote(Isa::needle(marks.quote != 0 ? marks.quote : marks.delimiter)),
          line_feed(Isa::needle('\n')),
          carriage_return(Isa::needle('\r')) {}

    std::uint64_t found(const decltype(Isa::load(nullptr))& piece) const {
        return Isa::equal(piece, delimiter) | Isa::equal(piece, quote) | Isa::equal(piece, line_feed) |
               Isa::equal(piece, carriage_return);
    }
};

/// What is escaped in a JSON string.
template <typename Isa>
struct EscapeNeedles {
    decltype(Isa::needle(0)) quote, backslash;

    // An implicit one would not have the instruction set.
    EscapeNeedles() : quote(Isa::needle('"')), backslash(Isa::needle('\\')) {}

    std::uint64_t found(const decltype(Isa::load(nullptr))& piece) const {
        return Isa::equal(piece, quote) | Isa::equal(piece, backslash) | Isa::below_space(piece);
    }
};

template <typename Isa, typename Needles>
bool is_found(const Needles& needles, const char* data, std::size_t left) {
    for (; left >= kScanStep_bytes; data += kScanStep_bytes, left -= kScanStep_bytes)
        if (needles.found(Isa::load(data)) != 0) return true;
    if (left == 0) return false;
    const std::uint64_t there = (std::uint64_t{1} << left) - 1;
    return (needles.found(Isa::load_part(data, there)) & there) != 0;
}

template <typename Isa, typename Needles>
void find_in_texts(const Column& texts, Selection selected, const Needles& needles, std::uint8_t* flags) {
    const Text* values = texts.data<Text>();
    for (std::uint32_t i = 0; i < selected.size; ++i) {
        const std::uint32_t row = selected[i];
        const Text& text = values[texts.encoding == Encoding::constant ? 0 : row];
        flags[i] = texts.is_valid(row) && is_found<Isa>(needles, text.data, text.size) ? 1 : 0;
    }
}

template <typename Isa>
void find_marks_body(const Column& texts, Selection selected, CsvMarks marks, std::uint8_t* flags) {
    find_in_texts<Isa>(texts, selected, MarkNeedles<Isa>(marks), flags);
}

template <typename Isa>
void find_escapes_body(const Column& texts, Selection selected, std::uint8_t* flags) {
    find_in_texts<Isa>(texts, selected, EscapeNeedles<Isa>(), flags);
}

template <typename Isa>
constexpr ScanKernels make_scan_kernels(std::string_view name) {
    return {name,
            cut_csv_body<Isa>,
            index_csv_body<Isa>,
            find_marks_body<Isa>,
            find_escapes_body<Isa>,
            count_lines_body<Isa>};
}

}  // namespace etl

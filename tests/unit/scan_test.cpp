#include "data/scan.hpp"

#include <algorithm>
#include <random>
#include <string>

#include "tests/unit/catch.hpp"

using namespace etl;

namespace {

/// Byte by byte, as scan.hpp says.
struct Reference {
    std::vector<std::uint32_t> ends;
    std::uint32_t line_ends = 0;
    std::uint32_t carriage_returns = 0;
    std::uint64_t lines = 0;
    std::size_t end = 0;
    std::uint64_t records = 0;
    bool irregular = false;
    bool needless_quotes = false;
};

Reference look(const std::string& text, CsvMarks marks, std::uint64_t most) {
    Reference found;
    bool inside = false, needs = false;
    std::uint64_t feeds = 0;
    for (std::size_t i = 0; i < text.size() && (most == 0 || found.records < most); ++i) {
        const char c = text[i];
        const char before = i == 0 ? '\n' : text[i - 1];
        const char next = i + 1 < text.size() ? text[i + 1] : '\n';
        if (c == '\n') ++feeds;
        if (marks.quote != 0 && c == marks.quote && inside && next == marks.quote && i + 1 < text.size()) {
            needs = true;
            ++i;
        } else if (marks.quote != 0 && c == marks.quote && inside) {
            inside = false;
            if (!needs) found.needless_quotes = true;
            const bool returned = next == '\r' && (i + 2 >= text.size() || text[i + 2] == '\n');
            if (next != marks.delimiter && next != '\n' && !returned) found.irregular = true;
        } else if (inside) {
            needs = needs || c == marks.delimiter || c == '\n' || c == '\r';
        } else if (marks.quote != 0 && c == marks.quote) {
            inside = true;
            needs = false;
            if (before != marks.delimiter && before != '\n') found.irregular = true;
        } else if (marks.comment != 0 && c == marks.comment && before == '\n') {
            found.irregular = true;
        } else if (c == marks.delimiter || c == '\n') {
            found.ends.push_back(static_cast<std::uint32_t>(i));
            if (c == marks.delimiter) continue;
            ++found.line_ends;
            ++found.records;
            found.end = i + 1;
            found.lines = feeds;
        } else if (c == '\r') {
            ++found.carriage_returns;
        }
    }
    return found;
}

void compare(const ScanKernels& kernels, const std::string& text, CsvMarks marks, std::uint64_t most) {
    INFO(kernels.name << " of " << text);
    const Reference expected = look(text, marks, most);
    const CsvCut cut = kernels.cut_csv(text.data(), text.size(), marks, most);
    // A kernel may look a little further than it must, and find something irregular there.
    if (most == 0) REQUIRE(cut.irregular == expected.irregular);
    if (cut.irregular) return;
    REQUIRE(cut.end == expected.end);
    REQUIRE(cut.records == expected.records);
    REQUIRE(cut.lines == expected.lines);
    if (most != 0) return;
    std::vector<std::uint32_t> ends(text.size() + 2 * kScanSlack);
    CsvSeparators found;
    found.ends = ends.data();
    found.capacity = static_cast<std::uint32_t>(ends.size());
    kernels.index_csv(text.data(), static_cast<std::uint32_t>(text.size()), marks, found);
    REQUIRE(found.at == text.size());
    ends.resize(found.count);
    REQUIRE(ends == expected.ends);
    REQUIRE(found.line_ends == expected.line_ends);
    REQUIRE(found.carriage_returns == expected.carriage_returns);
    REQUIRE(found.needless_quotes == expected.needless_quotes);
    REQUIRE(found.zeros == (text.find('\0') != std::string::npos));
    REQUIRE(kernels.count_lines(text.data(), text.size()) ==
            static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
}

/// Records of random fields, some of them quoted; a few bytes broken if told.
std::string random_text(std::mt19937& random, std::size_t fields, bool broken) {
    const auto below = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
    const std::string_view inside[] = {"a", "bc", ",", "\n", "\"\"", "\r", "\xC3\xA9", "longer text than usual"};
    std::string text;
    for (std::size_t i = 0; i < fields; ++i) {
        const bool quoted = below(4) == 0;
        if (quoted) text += '"';
        for (std::uint32_t n = below(8); n > 0; --n)
            text += quoted ? inside[below(8)] : below(9) == 0 ? "\xC3\xA9" : std::string(below(9), 'x');
        if (quoted) text += '"';
        text += below(4) != 0 ? "," : below(3) == 0 ? "\r\n" : "\n";
    }
    for (std::uint32_t n = broken ? below(3) : 0; n > 0 && !text.empty(); --n)
        text[below(static_cast<std::uint32_t>(text.size()))] = "\",\n\rx#\0"[below(7)];
    return text;
}

}  // namespace

TEST_CASE("scan: every kernel finds what a loop over the bytes finds") {
    std::mt19937 random(7);
    for (int i = 0; i < 4000; ++i) {
        const std::string text = random_text(random, random() % 60, i % 2 == 1);
        const CsvMarks marks{',', i % 7 == 0 ? '\0' : '"', i % 5 == 0 ? '#' : '\0'};
        for (const ScanKernels* kernels : usable_scan_kernels()) {
            compare(*kernels, text, marks, 0);
            compare(*kernels, text, marks, 1 + random() % 5);
        }
    }
}

TEST_CASE("scan: texts that need quotes") {
    std::string text = std::string(200, 'x');
    text[3] = ',';
    text[80] = '"';
    text[150] = '\n';
    text[199] = '\r';
    const std::vector<Text> texts = {make_text(&text[0], 3),    make_text(&text[0], 4),   make_text(&text[4], 76),
                                     make_text(&text[4], 77),   make_text(&text[81], 69), make_text(&text[81], 70),
                                     make_text(&text[151], 48), make_text(&text[151], 49)};
    Column column;
    column.type = simple_type(TypeKind::text);
    column.values = const_cast<Text*>(texts.data());
    const std::uint64_t valid = 0x7F;
    for (const ScanKernels* kernels : usable_scan_kernels()) {
        INFO(kernels->name);
        std::vector<std::uint8_t> flags(8, 9);
        column.valid = nullptr;
        kernels->find_marks(column, {nullptr, 8}, {',', '"', 0}, flags.data());
        CHECK(flags == std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1, 0, 1});
        kernels->find_marks(column, {nullptr, 8}, {'x', 0, 0}, flags.data());
        CHECK(flags == std::vector<std::uint8_t>{1, 1, 1, 1, 1, 1, 1, 1});
        column.valid = &valid;
        const std::uint32_t rows[] = {1, 7};
        kernels->find_marks(column, {rows, 2}, {',', '"', 0}, flags.data());
        CHECK(flags[0] == 1);
        CHECK(flags[1] == 0);
    }
}

TEST_CASE("scan: texts that JSON escapes") {
    // Each byte alone, at the begin of a text, in its first 64 bytes and behind them.
    for (int byte = 0; byte < 256; ++byte) {
        const std::uint8_t escaped = byte < 0x20 || byte == '"' || byte == '\\' ? 1 : 0;
        for (const std::size_t place : {0, 63, 64, 70}) {
            std::string text(71, 'x');
            text[place] = static_cast<char>(byte);
            const std::vector<Text> texts = {make_text(text.data(), place), make_text(text.data(), place + 1),
                                             make_text(text.data(), text.size())};
            Column column;
            column.type = simple_type(TypeKind::text);
            column.values = const_cast<Text*>(texts.data());
            for (const ScanKernels* kernels : usable_scan_kernels()) {
                INFO(kernels->name << ", byte " << byte << " at " << place);
                std::vector<std::uint8_t> flags(3, 9);
                kernels->find_escapes(column, {nullptr, 3}, flags.data());
                CHECK(flags == std::vector<std::uint8_t>{0, escaped, escaped});
            }
        }
    }
}

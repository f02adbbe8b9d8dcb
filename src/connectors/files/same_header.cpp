#include "connectors/files/same_header.hpp"

#include <string_view>

#include "base/error.hpp"

namespace etl {

namespace {

/// Without what may differ from program to program: byte order mark, quotes, the kind of line end.
std::string plain_header(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::string plain(text);
    std::erase_if(plain, [](char c) { return c == '"' || c == '\r'; });
    return plain;
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find_first_of("\r\n"))); }

}  // namespace

void check_same_header(const InputFile& file, const std::string& prologue) {
    if (prologue.empty()) return;
    const auto reader = open_input(file, {});
    std::string head(2 * prologue.size() + 16, '\0');
    std::size_t filled = 0;
    while (filled < head.size()) {
        const std::size_t got = reader->read(head.data() + filled, head.size() - filled);
        if (got == 0) break;
        filled += got;
    }
    head.resize(filled);
    if (plain_header(head).starts_with(plain_header(prologue))) return;
    throw Error("E418", file.name + " begins with `" + first_line(head) + "`, but this load would begin it with `" +
                            first_line(prologue) +
                            "`: rows are added only below the same columns; write to another file, or load everything "
                            "again with `--full`");
}

}  // namespace etl

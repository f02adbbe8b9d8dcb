#include "connectors/sqlite/sqlite_position.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.hpp"

namespace etl {

namespace {

using Kind = SqliteStatement::Kind;

constexpr std::string_view kNone = "none\n";
constexpr std::string_view kFrom = "from";
constexpr std::size_t kHash_digits = 32;

struct KindName {
    Kind kind;
    std::string_view name;
};
constexpr KindName kKinds[] = {
    {Kind::integer, "integer"}, {Kind::floating, "real"}, {Kind::text, "text"}, {Kind::blob, "blob"}};

void append_hash(std::string& out, RowHash hash) {
    constexpr char kDigits[] = "0123456789abcdef";
    for (const std::uint64_t word : {hash.high, hash.low})
        for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(word >> shift) & 15];
    out += '\n';
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

/// What stands before the sign, which is taken away with it.
std::optional<std::string_view> take_until(std::string_view& text, char sign) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + 1);
    return taken;
}

bool take_value(std::string_view& text, SqlitePosition& position) {
    const auto name = take_until(text, ' ');
    const auto digits = take_until(text, ' ');
    std::size_t size = 0;
    if (!name || !digits || !read_number(*digits, size) || size >= text.size() || text[size] != '\n') return false;
    const std::string_view value = text.substr(0, size);
    text.remove_prefix(size + 1);
    if (*name == kFrom) {
        position.from = value;
        return !value.empty();
    }
    const auto* const kind =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KindName& each) { return each.name == *name; });
    if (kind == std::end(kKinds)) return false;
    position.kind = kind->kind;
    position.bytes = value;
    if (kind->kind == Kind::integer) return read_number<std::int64_t>(position.bytes, position.integer);
    return kind->kind != Kind::floating || read_number<double>(position.bytes, position.floating);
}

bool take_hash(std::string_view& text, SqlitePosition& position) {
    const bool unplaced = text.starts_with("- ");
    if (unplaced) text.remove_prefix(2);
    const auto digits = take_until(text, '\n');
    if (!digits || digits->size() != kHash_digits) return false;
    RowHash hash;
    const auto read = [&](std::size_t from, std::uint64_t& word) {
        const auto [end, error] = std::from_chars(digits->data() + from, digits->data() + from + 16, word, 16);
        return error == std::errc() && end == digits->data() + from + 16;
    };
    if (!read(0, hash.high) || !read(16, hash.low)) return false;
    (unplaced ? position.unplaced : position.at_value).add(hash);
    return true;
}

}  // namespace

RowHash hash_row(std::string_view bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

bool RowHashes::take(RowHash hash) {
    const auto found = counts_.find(hash);
    if (found == counts_.end()) return false;
    if (--found->second == 0) counts_.erase(found);
    return true;
}

void SqlitePosition::set_value(const SqliteCell& cell) {
    kind = cell.kind;
    integer = cell.integer;
    floating = cell.floating;
    char room[kFloatWidth_bytes];
    bytes = cell_text(cell, room);
}

std::string SqlitePosition::text() const {
    std::string out(kNone);
    if (!from.empty()) out = std::string(kFrom) + " " + std::to_string(from.size()) + " " + from + "\n";
    for (const KindName& each : kKinds)
        if (each.kind == kind) out = std::string(each.name) + " " + std::to_string(bytes.size()) + " " + bytes + "\n";
    at_value.for_each([&](RowHash hash) { append_hash(out, hash); });
    unplaced.for_each([&](RowHash hash) {
        out += "- ";
        append_hash(out, hash);
    });
    return out;
}

SqlitePosition SqlitePosition::parse(std::string_view text, const std::string& name) {
    SqlitePosition position;
    bool good = true;
    if (text.starts_with(kNone))
        text.remove_prefix(kNone.size());
    else
        good = take_value(text, position);
    while (good && !text.empty()) good = take_hash(text, position);
    if (!good)
        throw Error("E532", name + ": the stored position cannot be read; `etlrun --full` begins again from nothing");
    return position;
}

}  // namespace etl

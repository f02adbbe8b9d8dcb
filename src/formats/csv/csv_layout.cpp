#include "formats/csv/csv_layout.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "base/diagnostic.hpp"
#include "base/error.hpp"
#include "data/json.hpp"
#include "data/unpack.hpp"
#include "formats/csv/csv_walk.hpp"

namespace etl {

namespace {

constexpr std::size_t kLongLine_bytes = 1 << 20;

[[noreturn]] void throw_in_file(const char* code, std::string_view file_name, const std::string& message) {
    throw Error(code, file_name.empty() ? message : std::string(file_name) + ": " + message);
}

/// The fields of the first record that is no comment and no empty line.
struct FirstRecord {
    std::string_view text;
    std::vector<std::string_view> fields;
    std::vector<std::size_t> ends;
    std::size_t end = 0;
    CsvRecordShape shape = CsvRecordShape::good;
    bool found = false;

    void separator(std::size_t offset) { ends.push_back(offset); }
    bool record(std::size_t begin, CsvRecordShape record_shape) {
        const std::size_t line_end = ends.back();
        std::size_t last = line_end;
        if (last > begin && text[last - 1] == '\r') --last;
        ends.back() = last;
        found = record_shape != CsvRecordShape::comment && last > begin;
        if (found) {
            shape = record_shape;
            for (std::size_t from = begin; const std::size_t to : ends) {
                fields.push_back(text.substr(from, to - from));
                from = to + 1;
            }
            end = line_end < text.size() ? line_end + 1 : line_end;
        }
        ends.clear();
        return !found;
    }
};

void check_encoding(std::string_view text, const CsvOptions& options, std::string_view file_name) {
    if (options.encoding.empty() && (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")))
        throw_in_file("E413", file_name, "the file is UTF-16; write `encoding = \"utf-16\"`");
}

void check_names(std::string_view header, const CsvOptions& options, std::string_view file_name) {
    if (header.find('\0') != std::string_view::npos)
        throw_in_file("E413", file_name, "the header holds NUL bytes: the file is no CSV text");
    if (!is_valid_utf8(header.data(), header.size()))
        throw_in_file("E413", file_name,
                      "the header is not valid " + (options.encoding.empty() ? "UTF-8" : options.encoding) +
                          "; write the file's `encoding`");
    if (header.find('\r') != std::string_view::npos)
        throw_in_file("E413", file_name, "its lines end with a carriage return alone, which is not supported");
}

/// No record was found in the rest of the head: throws where more bytes would not help.
void check_rest(std::string_view rest, bool in_quotes, bool at_end, const CsvOptions& options,
                std::string_view file_name) {
    if (rest.size() > kLongLine_bytes && rest.find('\n') == std::string_view::npos)
        check_names(rest, options, file_name);
    const bool too_long = rest.size() > options.max_record_bytes;
    if (in_quotes && (at_end || too_long))
        throw_in_file("E412", file_name, "the header holds a quoted name that does not end");
    if (too_long) throw_in_file("E412", file_name, "the header is longer than `max_record`");
    if (at_end && options.header > 0)
        throw_in_file("E413", file_name,
                      rest.empty() ? "a header was expected, but the file is empty"
                                   : "a header was expected, but there is no line for it");
}

}  // namespace

std::optional<CsvHead> read_csv_head(std::span<const char> bytes, bool at_end, const CsvOptions& options,
                                     std::string_view file_name) {
    const std::string_view text(bytes.data(), bytes.size());
    if (!at_end && text.size() < 4) return std::nullopt;
    check_encoding(text, options, file_name);
    std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    for (std::uint32_t skipped = 0; skipped < options.skip; ++skipped) {
        const std::size_t line_end = text.find('\n', at);
        if (line_end == std::string_view::npos && !at_end) return std::nullopt;
        if (line_end == std::string_view::npos)
            throw_in_file("E413", file_name, "the file has fewer lines than `skip` passes over");
        at = line_end + 1;
    }
    CsvHead head;
    const std::uint32_t wanted = std::max(options.header, 1U);
    for (std::uint32_t number = 0; number < wanted; ++number) {
        FirstRecord record;
        record.text = text.substr(at);
        const CsvWalkEnd rest = walk_csv(record.text, options.marks, at_end, record);
        if (!record.found) {
            check_rest(record.text.substr(rest.at), rest.in_quotes, at_end, options, file_name);
            if (!at_end) return std::nullopt;
            break;
        }
        head.columns = static_cast<std::uint32_t>(record.fields.size());
        if (options.header == 0) break;
        at += record.end;
        if (number + 1 < wanted) continue;
        const char* const first = record.fields.front().data();
        check_names({first, static_cast<std::size_t>(record.fields.back().end() - first)}, options, file_name);
        std::string scratch;
        for (const std::string_view field : record.fields) {
            const std::string_view name = unquote_csv(field, options.marks.quote, scratch);
            head.names.emplace_back(name.empty() ? "column" + std::to_string(head.names.size() + 1) : name);
        }
    }
    head.size = at;
    head.lines =
        static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    return head;
}

std::string csv_head_text(const CsvHead& head, const CsvOptions& options) {
    const char quote = options.marks.quote;
    std::string text;
    for (std::uint32_t field = 0; field < head.columns; ++field) {
        if (field > 0) text += options.marks.delimiter;
        if (head.names.empty()) {
            text += field == 0 ? "x" : "";
            continue;
        }
        const std::string& name = head.names[field];
        const bool plain = quote == '\0' || std::all_of(name.begin(), name.end(), [](unsigned char c) {
                               return c >= 0x80 || std::isalnum(c) != 0 || c == '_' || c == ' ';
                           });
        if (!plain) text += quote;
        for (const char c : name) {
            if (!plain && c == quote) text += quote;
            text += c;
        }
        if (!plain) text += quote;
    }
    return text.empty() ? text : text + "\n";
}

namespace {

std::string missing_column(const CsvHead& head, const SourceColumn& column) {
    std::string message = "there is no column `" + column.source_name + "`; the header has " + list_names(head.names);
    const std::string near = did_you_mean(column.source_name, head.names);
    if (!near.empty()) message += "; " + near;
    if (head.names.size() == 1)
        for (const char sign : {';', '\t', '|', ','})
            if (head.names.front().find(sign) != std::string::npos)
                return message + "; is `delimiter = \"" + (sign == '\t' ? std::string("\\t") : std::string(1, sign)) +
                       "\"` missing?";
    return message;
}

/// Places of the header's names. Files may have very many.
class HeaderNames {
  public:
    explicit HeaderNames(const CsvHead& head) : head_(head) {
        places_.reserve(head.names.size());
        for (std::uint32_t i = 0; i < head.names.size(); ++i)
            if (const auto [at, is_new] = places_.try_emplace(head.names[i], i); !is_new) at->second = kTwice;
    }
    std::uint32_t find(const SourceColumn& column, std::string_view file_name) const {
        const auto at = places_.find(column.source_name);
        if (at == places_.end()) throw_in_file("E410", file_name, missing_column(head_, column));
        if (at->second == kTwice)
            throw_in_file("E411", file_name, "the header has `" + column.source_name + "` more than once");
        return at->second;
    }

  private:
    static constexpr std::uint32_t kTwice = UINT32_MAX;
    const CsvHead& head_;
    std::unordered_map<std::string_view, std::uint32_t> places_;
};

}  // namespace

CsvLayout make_csv_layout(const CsvHead& head, const std::vector<SourceColumn>& columns, bool strict,
                          std::string_view file_name) {
    CsvLayout layout;
    layout.columns = head.columns;
    const bool by_place = head.names.empty();
    if (by_place && head.columns == 0) layout.columns = static_cast<std::uint32_t>(columns.size());
    if (by_place && columns.size() > layout.columns)
        throw_in_file("E410", file_name,
                      "the first record has " + std::to_string(layout.columns) + " fields, but " +
                          std::to_string(columns.size()) + " columns are declared");
    std::vector<bool> used(layout.columns);
    const HeaderNames names(head);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::uint32_t field = by_place ? static_cast<std::uint32_t>(i) : names.find(columns[i], file_name);
        layout.fields.push_back(field);
        used[field] = true;
        if (!columns[i].is_private) continue;
        layout.masked.resize(layout.columns);
        layout.masked[field] = 1;
    }
    if (!strict) return layout;
    std::vector<std::string> others;
    for (std::uint32_t field = 0; field < layout.columns; ++field)
        if (!used[field]) others.push_back(by_place ? "column" + std::to_string(field + 1) : head.names[field]);
    if (!others.empty())
        throw_in_file("E414", file_name, "the source is `strict`, but the file also has " + list_names(others));
    return layout;
}

}  // namespace etl

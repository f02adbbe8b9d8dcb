#include "formats/json/json_document.hpp"

#include <algorithm>

#include "base/diagnostic.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "data/scan.hpp"
#include "formats/json/json_cursor.hpp"

namespace etl {

namespace {

constexpr std::uint64_t kReadAtOnce_bytes = 256 * 1024;
constexpr std::size_t kMostNames = 100;  // that a message may choose from

std::vector<std::string> split_path(const std::string& rows) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < rows.size();) {
        const std::size_t dot = std::min(rows.find('.', at), rows.size());
        names.push_back(rows.substr(at, dot - at));
        at = dot + 1;
    }
    return names;
}

}  // namespace

JsonDocument::JsonDocument(const std::string& rows, std::uint64_t most_record_bytes)
    : path_(split_path(rows)), most_record_bytes_(most_record_bytes) {}

void JsonDocument::begin(std::string file_name, std::size_t begin) {
    file_name_ = std::move(file_name);
    phase_ = Phase::head;
    structure_ = {};
    matched_ = 0;
    is_next_ = false;
    names_.clear();
    byte_ = begin;
}

std::size_t JsonDocument::cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state) {
    text_ = {bytes.data(), bytes.size()};
    state_ = &state;
    std::uint64_t records = 0;
    std::size_t size = phase_ == Phase::head ? walk_head(at_end) : 0;
    if (size == 0) {
        switch (phase_) {
            case Phase::head: return 0;
            case Phase::list: size = cut_list(at_end, most_records, records); break;
            case Phase::single: size = cut_single(at_end, records); break;
            case Phase::tail: size = walk_tail(at_end); break;
        }
    }
    state.passed = records == 0;
    state.records = records;
    state.lines = scan_kernels().count_lines(text_.data(), size);
    state.record += records;
    state.line += state.lines;
    byte_ += size;
    return size;
}

void JsonDocument::end(const CutState& state) const {
    if (phase_ == Phase::tail && structure_.has_ended()) return;
    fail_cut_off(state.line);
}

void JsonDocument::fail_cut_off(std::uint64_t line) const {
    const bool is_empty = phase_ == Phase::head && structure_.depth() == 0;
    throw Error("E439", in_file() + (is_empty ? "a JSON document is expected, but the file is empty"
                                              : "the file is cut off in line " + std::to_string(line) +
                                                    ": its JSON document does not end"));
}

void JsonDocument::fail(std::size_t at, const std::string& what) const {
    const std::uint64_t line = state_->line + scan_kernels().count_lines(text_.data(), at);
    throw Error("E439", in_file() + "line " + std::to_string(line) + ", byte " + std::to_string(byte_ + at) +
                            ": not valid JSON: " + what);
}

void JsonDocument::fail_missing(std::size_t at) const {
    const std::uint64_t line = state_->line + scan_kernels().count_lines(text_.data(), at);
    std::string message =
        in_file() + "line " + std::to_string(line) + ": there is no `" + path_[matched_] + "` of `rows`; ";
    message += names_.empty() ? "the object is empty" : "the object has " + list_names(names_);
    const std::string near = did_you_mean(path_[matched_], names_);
    throw Error("E440", near.empty() ? message : message + "; " + near);
}

/// Takes what stands before the rows; 0 where that is nothing, or more bytes are needed.
std::size_t JsonDocument::walk_head(bool at_end) {
    std::size_t at = 0;
    std::string error;
    for (;;) {
        const bool is_value = structure_.expected() == JsonStructure::Expected::value;
        if (is_value && (is_next_ || path_.empty())) {
            while (at < text_.size() && is_json_space(text_[at])) ++at;
            if (at == text_.size()) return at;
            if (is_at_rows(at)) return enter_rows(at);
        }
        const std::size_t depth = structure_.depth();
        const JsonStructure::Token token = structure_.next(text_, at, at_end, error);
        if (!error.empty()) fail(at, error);
        if (token.kind == 0) return at;
        if (depth == 0 && token.kind != '{')
            throw Error("E440",
                        in_file() + "the document is no object, so there is no `" + path_.front() + "` of `rows`");
        if (token.kind == '}' && structure_.depth() == matched_) fail_missing(token.begin);
        look_at_token(token);
    }
}

void JsonDocument::look_at_token(const JsonStructure::Token& token) {
    const bool is_name = token.kind == '"' && structure_.expected() == JsonStructure::Expected::colon;
    if (!is_name || structure_.depth() != matched_ + 1) return;
    const std::string_view quoted = token_text(token);
    std::string name(quoted.substr(1, quoted.size() - 2));
    if (name.find('\\') != std::string::npos) {
        std::string plain(name.size(), '\0');
        const std::ptrdiff_t size = unescape_json(name, plain.data());
        if (size < 0) fail(token.begin, "a wrong escape in a member's name");
        plain.resize(static_cast<std::size_t>(size));
        name = std::move(plain);
    }
    is_next_ = name == path_[matched_];
    if (!is_next_ && names_.size() < kMostNames) names_.push_back(std::move(name));
}

/// At the value of a name of the path: true if it is the last one's.
bool JsonDocument::is_at_rows(std::size_t at) {
    if (path_.empty() || matched_ + 1 == path_.size()) return true;
    if (text_[at] != '{') {
        const std::uint64_t line = state_->line + scan_kernels().count_lines(text_.data(), at);
        throw Error("E440", in_file() + "line " + std::to_string(line) + ": `" + path_[matched_] +
                                "` is no object, so there is no `" + path_[matched_ + 1] + "` of `rows`");
    }
    ++matched_;
    is_next_ = false;
    names_.clear();
    return false;
}

/// Returns how much of the text is no row.
std::size_t JsonDocument::enter_rows(std::size_t at) {
    if (text_[at] == '[') {
        structure_.enter_list();
        phase_ = Phase::list;
        return at + 1;
    }
    // A null is no row; anything else is the only one.
    phase_ = text_[at] == 'n' && !path_.empty() ? Phase::tail : Phase::single;
    return at;
}

std::size_t JsonDocument::walk_tail(bool at_end) {
    std::size_t at = 0;
    std::string error;
    while (structure_.next(text_, at, at_end, error).kind != 0) continue;
    if (!error.empty()) fail(at, error);
    return at;
}

/// Moves `at` from a value's first byte behind it. False: more bytes are needed.
bool JsonDocument::find_item_end(std::size_t& at, bool at_end, bool may_wait) {
    const std::size_t from = at;
    if (std::string_view("}],:").find(text_[at]) != std::string_view::npos) fail(at, "a value is expected");
    switch (brackets_.find_end(text_, at)) {
        case JsonBrackets::End::found:
            // One that is longer than what is read at once stands first in the bytes when its end has come.
            if (!may_wait || at - from <= std::max<std::uint64_t>(most_record_bytes_, kReadAtOnce_bytes)) return true;
            fail_too_long(from);
        case JsonBrackets::End::broken: fail(at, std::string("`") + text_[at] + "` closes what is not open");
        case JsonBrackets::End::needs_more: break;
    }
    if (!may_wait || text_.size() - from <= most_record_bytes_) {
        if (at_end) fail(from, "the value that begins here does not end");
        return false;
    }
    fail_too_long(from);
}

void JsonDocument::fail_too_long(std::size_t at) const {
    const std::uint64_t line = state_->line + scan_kernels().count_lines(text_.data(), at);
    throw Error("E431", in_file() + "the value that begins in line " + std::to_string(line) +
                            " is longer than `max_record` (" + format_bytes(most_record_bytes_) + ")");
}

std::size_t JsonDocument::cut_list(bool at_end, std::uint32_t most_records, std::uint64_t& records) {
    using Expected = JsonStructure::Expected;
    JsonStructure now = structure_;
    std::string error;
    std::size_t at = 0;
    std::size_t behind = 0;
    for (;;) {
        while (at < text_.size() && is_json_space(text_[at])) ++at;
        if (at == text_.size()) break;
        const bool may_end = now.expected() != Expected::value;
        if (text_[at] == ']' && may_end) return records > 0 ? behind : close_list(at);
        if (now.expected() == Expected::comma_or_end) {
            if (text_[at] != ',') fail(at, "`,` or `]` is expected");
            now.next(text_, at, at_end, error);
            continue;
        }
        if (!find_item_end(at, at_end, records == 0)) return behind;
        behind = at;
        now.pass_value();
        structure_ = now;
        if (++records == most_records) return behind;
    }
    if (at_end) fail_cut_off(state_->line + scan_kernels().count_lines(text_.data(), at));
    if (records > 0) return behind;
    structure_ = now;
    return at;
}

std::size_t JsonDocument::close_list(std::size_t at) {
    structure_.leave_list();
    phase_ = Phase::tail;
    return at + 1;
}

std::size_t JsonDocument::cut_single(bool at_end, std::uint64_t& records) {
    std::size_t at = 0;
    const bool is_scalar = text_[at] != '{' && text_[at] != '"';
    const bool is_whole = at_end && is_scalar;
    if (!find_item_end(at, is_whole ? false : at_end, true)) {
        if (!is_whole) return 0;
        at = text_.size();
    }
    structure_.pass_value();
    phase_ = Phase::tail;
    records = 1;
    return at;
}

}  // namespace etl

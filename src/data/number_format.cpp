#include <algorithm>
#include <cstring>

#include "data/print.hpp"
#include "data/text_parse.hpp"

namespace etl {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

enum class Separator : std::uint8_t { none, point, comma, apostrophe, space };

/// The separator that the text begins with and its bytes: the spellings of an apostrophe or a space are one.
Separator separator_at(std::string_view text, std::size_t& size) {
    struct Spelling {
        std::string_view bytes;
        Separator kind;
    };
    static constexpr Spelling spellings[]{
        {".", Separator::point},
        {",", Separator::comma},
        {"'", Separator::apostrophe},
        {"\xE2\x80\x99", Separator::apostrophe},
        {" ", Separator::space},
        {"\xC2\xA0", Separator::space},
        {"\xE2\x80\xAF", Separator::space},
    };
    for (const auto& spelling : spellings) {
        if (!text.starts_with(spelling.bytes)) continue;
        size = spelling.bytes.size();
        return spelling.kind;
    }
    size = 0;
    return Separator::none;
}

struct Mark {
    Separator kind;
    std::string_view bytes;
    std::size_t digits_before;  // of the whole number
    std::size_t digits_behind;  // up to the next mark or the end
};

/// Digits and separators; false: something else stands in the example.
bool take_apart(std::string_view text, std::vector<Mark>& marks, std::size_t& digits) {
    digits = 0;
    while (!text.empty()) {
        if (is_digit(text[0])) {
            ++digits;
            if (!marks.empty()) ++marks.back().digits_behind;
            text.remove_prefix(1);
            continue;
        }
        std::size_t size = 0;
        const Separator kind = separator_at(text, size);
        if (kind == Separator::none) return false;
        marks.push_back({kind, text.substr(0, size), digits, 0});
        text.remove_prefix(size);
    }
    return digits > 0;
}

/// Whether the last mark separates places and not thousands.
bool last_is_point(std::string_view number, const std::vector<Mark>& marks) {
    const Mark& last = marks.back();
    if (last.kind == Separator::space || last.kind == Separator::apostrophe) return false;
    if (marks.size() > 1) return marks.front().kind != last.kind;
    return last.digits_behind != 3 || last.digits_before > 3 || last.digits_before == 0 || number[0] == '0';
}

}  // namespace

std::optional<NumberFormat> NumberFormat::compile(std::string_view example, std::string& error) {
    NumberFormat format;
    format.text_ = example;
    const auto fail = [&error, example] {
        error = "`" + std::string(example) + "` is not a number by example, such as `1.234,56` or `1 234.5`";
        return std::nullopt;
    };
    std::string_view number = example;
    if (number.starts_with('-') || number.starts_with('+')) number.remove_prefix(1);
    std::vector<Mark> marks;
    std::size_t digits = 0;
    if (!take_apart(number, marks, digits)) return fail();
    if (marks.empty()) return format;
    if (last_is_point(number, marks)) {
        if (marks.back().digits_behind == 0) return fail();
        format.point_ = marks.back().bytes[0];
        format.places_ = static_cast<unsigned>(marks.back().digits_behind);
        marks.pop_back();
    }
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const bool grouped = marks[i].digits_behind == 3 && marks[i].kind == marks[0].kind;
        if (!grouped || marks[0].digits_before == 0 || marks[0].digits_before > 3) return fail();
    }
    if (!marks.empty()) format.thousands_ = marks[0].bytes;
    if (format.places_ > kMaxPrecision) return fail();
    return format;
}

/// Rewrites the text as "-1234.56"; false: not of the format.
bool NumberFormat::plain(std::string_view text, char* out, std::size_t capacity, std::size_t& size) const {
    std::size_t ignored = 0;
    const Separator thousands = separator_at(thousands_, ignored);
    size = 0;
    std::size_t group = 0;  // digits since the last thousands mark
    bool grouped = false, places = false;
    if (text.starts_with('-') || text.starts_with('+')) {
        out[size++] = text[0];
        text.remove_prefix(1);
    }
    while (!text.empty()) {
        if (size == capacity) return false;
        std::size_t taken = 1;
        if (is_digit(text[0])) {
            out[size++] = text[0];
            ++group;
        } else if (point_ != 0 && text[0] == point_ && !places) {
            if (group == 0 || (grouped && group != 3)) return false;
            out[size++] = '.';
            places = true;
        } else {
            const Separator mark = separator_at(text, taken);
            if (mark == Separator::none || mark != thousands || places || group == 0) return false;
            if (grouped ? group != 3 : group > 3) return false;
            grouped = true;
            group = 0;
        }
        text.remove_prefix(taken);
    }
    return !grouped || places || group == 3;
}

namespace {
constexpr std::size_t kPlain_bytes = 128;
}

ParseResult NumberFormat::parse_int(std::string_view text, std::int64_t& value) const {
    char buffer[kPlain_bytes];
    std::size_t size = 0;
    if (!plain(text, buffer, sizeof buffer, size)) return ParseResult::malformed;
    return etl::parse_int({buffer, size}, value);
}

ParseResult NumberFormat::parse_decimal(std::string_view text, unsigned precision, unsigned scale,
                                        Int128& value) const {
    char buffer[kPlain_bytes];
    std::size_t size = 0;
    if (!plain(text, buffer, sizeof buffer, size)) return ParseResult::malformed;
    return etl::parse_decimal({buffer, size}, precision, scale, value);
}

ParseResult NumberFormat::parse_float(std::string_view text, double& value) const {
    char buffer[kPlain_bytes];
    std::size_t size = 0;
    if (!plain(text, buffer, sizeof buffer, size)) return ParseResult::malformed;
    return etl::parse_float({buffer, size}, value);
}

void NumberFormat::append(std::string& out, Int128 value, unsigned scale) const {
    Int128 rounded = 0;
    unsigned places = places_;
    if (!rescale_decimal(value, scale, places, Rounding::half_away, rounded)) {
        // More than 38 digits with the example's places: as many as there are.
        rounded = value;
        places = scale;
    }
    char digits[kDecimalWidth_bytes];
    const auto size = static_cast<std::size_t>(print_decimal(digits, rounded, places) - digits);
    std::size_t at = digits[0] == '-' ? 1 : 0;
    out.append(digits, at);
    const std::size_t whole_end = places == 0 ? size : size - places - 1;
    for (; at < whole_end; ++at) {
        out += digits[at];
        if ((whole_end - at) % 3 == 1 && at + 1 < whole_end) out += thousands_;
    }
    if (places == 0) return;
    out += point_ == 0 ? '.' : point_;
    out.append(digits + whole_end + 1, places);
}

void NumberFormat::append(std::string& out, double value) const {
    Int128 decimal = 0;
    if (decimal_from_double(value, places_, Rounding::half_away, decimal)) {
        append(out, decimal, places_);
        return;
    }
    char text[kFloatWidth_bytes];
    out.append(text, static_cast<std::size_t>(print_float(text, value) - text));
}

std::optional<BoolFormat> BoolFormat::compile(std::string_view pair, std::string& error) {
    const std::size_t slash = pair.find('/');
    BoolFormat format;
    if (slash != std::string_view::npos) {
        format.yes_ = pair.substr(0, slash);
        format.no_ = pair.substr(slash + 1);
    }
    if (format.yes_.empty() || format.no_.empty() || format.yes_ == format.no_ ||
        format.no_.find('/') != std::string::npos) {
        error = "`" + std::string(pair) + "` is not a pair of words for true and false, such as `ja/nein`";
        return std::nullopt;
    }
    return format;
}

ParseResult BoolFormat::parse(std::string_view text, bool& value) const {
    if (text != yes_ && text != no_) return ParseResult::malformed;
    value = text == yes_;
    return ParseResult::ok;
}

}  // namespace etl

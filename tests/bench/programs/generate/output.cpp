#include "output.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace bench {

namespace {

void stop(const std::string& path) {
    std::perror(path.c_str());
    std::exit(1);
}

}  // namespace

// With T zlib writes the bytes as they are.
Output::Output(const std::string& path)
    : path_(path), file_(gzopen(path.c_str(), path.ends_with(".gz") ? "wb6" : "wbT")) {
    if (!file_) stop(path_);
}

Output::~Output() {
    flush();
    if (gzclose(file_) != Z_OK) stop(path_);
}

void Output::flush() {
    if (!buffer_.empty() && gzwrite(file_, buffer_.data(), static_cast<unsigned>(buffer_.size())) <= 0) stop(path_);
    buffer_.clear();
}

std::string two(std::uint32_t value) {
    return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

std::string cents(std::uint32_t value) { return std::to_string(value / 100) + "." + two(value % 100); }

std::string instant(std::uint32_t seconds) {
    constexpr std::array<std::uint32_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::uint32_t day = seconds / 86400, rest = seconds % 86400, year = 2024, month = 0;
    for (std::uint32_t days = 366; day >= days; days = year % 4 ? 365 : 366) {
        day -= days;
        ++year;
    }
    for (std::uint32_t days = kDays[0]; day >= days; days = kDays[month] + (month == 1 && year % 4 == 0)) {
        day -= days;
        ++month;
    }
    return std::to_string(year) + "-" + two(month + 1) + "-" + two(day + 1) + "T" + two(rest / 3600) + ":" +
           two(rest / 60 % 60) + ":" + two(rest % 60) + "Z";
}

std::string in_quotes(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

std::string quoted_csv(const std::string& text) {
    return text.find_first_of(",\"\n") == std::string::npos ? text : in_quotes(text);
}

std::string quoted_json(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
    return out + "\"";
}

void to_lower(std::string& text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
}

void to_upper(std::string& text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
}

}  // namespace bench

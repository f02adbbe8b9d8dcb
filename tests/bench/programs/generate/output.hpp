#pragma once
#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// A file that is written from its start, packed where its name ends with .gz. What fails ends the program.
class Output {
  public:
    explicit Output(const std::string& path);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    Output& operator<<(std::string_view text) {
        buffer_ += text;
        return *this;
    }
    void end_record() {
        if (buffer_.size() > (1U << 20U)) flush();
    }

  private:
    void flush();

    std::string path_, buffer_;
    gzFile file_;
};

/// 7 as 07.
std::string two(std::uint32_t value);
/// 705 as 7.05.
std::string cents(std::uint32_t value);
/// Seconds since the start of 2024 as 2024-01-31T10:00:00Z.
std::string instant(std::uint32_t seconds);
/// As a CSV field, in quotes where it must be.
std::string quoted_csv(const std::string& text);
/// As a CSV field, in quotes.
std::string in_quotes(const std::string& text);
std::string quoted_json(const std::string& text);
void to_lower(std::string& text);
void to_upper(std::string& text);

}  // namespace bench

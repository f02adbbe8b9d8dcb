#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

/// A half-open range of bytes in a file of a SourceTexts.
struct SourceSpan {
    std::uint32_t file = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    friend bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

/// Line and column, both from 1; the column counts code points.
struct LineColumn {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

/// The texts that spans point into: .etl files, the standard library, etl.toml. Addresses of texts stay valid.
class SourceTexts {
  public:
    /// Takes the text; name is the path shown to people. Returns the file number for spans.
    std::uint32_t add(std::string name, std::string text);

    const std::string& name(std::uint32_t file) const { return files_.at(file).name; }
    std::string_view text(std::uint32_t file) const { return files_.at(file).text; }
    std::string_view text(SourceSpan span) const;
    std::uint32_t size() const { return static_cast<std::uint32_t>(files_.size()); }

    LineColumn locate(std::uint32_t file, std::uint32_t offset) const;
    /// The line (from 1) without its line end; empty if there is none.
    std::string_view line(std::uint32_t file, std::uint32_t line) const;

  private:
    struct File {
        std::string name;
        std::string text;
        std::vector<std::uint32_t> line_starts;
    };
    std::deque<File> files_;
};

}  // namespace etl

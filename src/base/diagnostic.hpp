#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/source_text.hpp"

namespace etl {

enum class Severity : std::uint8_t { error, warning };

/// One thing that is wrong (or doubtful) in a pipeline, with its place.
/// Codes: E1xx syntax, E2xx names and types, E3xx stages, settings and options, E4xx sources, targets and files.
/// Warnings use W with the same hundreds. A code, once given, keeps its meaning.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string code;
    SourceSpan span;
    std::string message;             // what is wrong: "unknown column `custmer`"
    std::string label;               // beside the caret: what was found there; may be empty
    std::vector<std::string> notes;  // "= " lines: "did you mean `customer`?", what to write instead
};

/// Collects what a check finds. Shared by parser, binder and planner.
class Diagnostics {
  public:
    void add(Diagnostic diagnostic);
    void error(std::string code, SourceSpan span, std::string message, std::string label = {},
               std::vector<std::string> notes = {});
    void warning(std::string code, SourceSpan span, std::string message, std::string label = {},
                 std::vector<std::string> notes = {});

    bool has_errors() const { return errors_ > 0; }
    std::size_t errors() const { return errors_; }
    /// In order of place (file, offset); of equal place and code only the first is kept.
    std::vector<Diagnostic> sorted() const;

  private:
    std::vector<Diagnostic> all_;
    std::size_t errors_ = 0;
};

/// The whole rendering of one diagnostic, ending in a line end: header, place, source line with carets, notes.
std::string render_text(const Diagnostic& diagnostic, const SourceTexts& texts, bool colour);
/// One JSON object without a line end: {"type":"diagnostic","severity","code","file","line","column","end_line",
/// "end_column","message","label","notes"}.
std::string render_json(const Diagnostic& diagnostic, const SourceTexts& texts);

/// "did you mean `x`?" for the nearest candidate, or "" where none is near (Damerau-Levenshtein, at most a third of
/// the name's length, at least 1).
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);
/// "a, b, c" or "none"; at most `most` names, then "and n more".
std::string list_names(const std::vector<std::string>& names, std::size_t most = 12);

}  // namespace etl

#pragma once

#include "lang/parser_state.hpp"

namespace etl {

/// Makes the one diagnostic that says best why no rule matched behind `begin`.
class SyntaxReport {
  public:
    SyntaxReport(ParseState& state, std::uint32_t begin);
    void write();

  private:
    // Each adds the diagnostic and is true if its case is what stands there; tried in this order.
    bool too_deep() const;
    bool missing_value();
    bool bad_text() const;
    bool bad_number() const;
    bool unclosed_bracket();
    bool stray_bracket() const;
    bool foreign_sign() const;
    bool foreign_letter() const;
    bool unknown_declaration() const;
    void expected() const;

    std::string_view text(const LayoutMark& mark) const {
        return state_.text_.substr(mark.begin, mark.end - mark.begin);
    }
    void error(const char* code, std::uint32_t begin, std::uint32_t end, std::string message, std::string label = {},
               std::vector<std::string> notes = {}) const;
    std::string hint() const;
    std::string source_hint(std::string_view sign) const;
    void add_notes(std::vector<std::string>& notes) const;
    bool expects(std::string_view what) const;
    std::string found() const;
    std::string expected_list() const;
    std::size_t line_of(std::uint32_t offset) const;

    ParseState& state_;
    std::uint32_t begin_;
    std::uint32_t place_;
    const LayoutMark& mark_;    // what stands at place_, or next behind it
    const LayoutMark* before_;  // what stands before it
};

}  // namespace etl

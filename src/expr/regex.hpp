#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace etl {

/// A regular expression of RE2's syntax over UTF-8, compiled once; matching takes linear time. Shared by threads.
class Regex {
  public:
    /// Nothing, and why in `error`, for a pattern that is none.
    static std::optional<Regex> compile(std::string_view pattern, std::string& error);

    /// Somewhere in the text; ^ and $ bind it to its ends.
    bool found_in(std::string_view text) const;
    /// The whole text.
    bool matches_all(std::string_view text) const;

    /// False, and why in `error`: \1 to \9 name groups that the pattern lacks, or a backslash stands before something
    /// else.
    bool check_replacement(std::string_view replacement, std::string& error) const;
    /// Appends the text with every match replaced; \0 is the match, \1 to \9 are its groups. False, with `out` as it
    /// was: there is no match.
    bool replace(std::string_view text, std::string_view replacement, std::string& out) const;

  private:
    struct Compiled;
    explicit Regex(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace etl

#pragma once

namespace etl {

class ParseState;

/// Matches the whole text of the state against the grammar; the state then holds the nodes. The only function behind
/// which PEGTL stands.
void match_file(ParseState& state, const char* begin, const char* end);

}  // namespace etl

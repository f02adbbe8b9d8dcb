#include "data/unicode.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

/// Where the first white space begins that is not one plain space between other characters; the size if there is none.
std::size_t first_to_squeeze(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t size = white_space_at(text.substr(i));
        if (size == 0) continue;
        if (text[i] != ' ' || white_space_at(text.substr(i + 1)) != 0) return i;
    }
    return text.size();
}

Text squeeze(const Text& text, Arena& arena) {
    const std::size_t kept = first_to_squeeze(text.view());
    if (kept == text.size) return text;
    TextWriter writer(arena, text.size);
    writer.append(text.view().substr(0, kept));
    std::string_view rest = text.view().substr(kept);
    while (!rest.empty()) {
        if (white_space_at(rest) == 0) {
            writer.append(rest[0]);
            rest.remove_prefix(1);
        } else {
            writer.append(' ');
            rest = trim_left(rest);
        }
    }
    return writer.finish();
}

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<squeeze>(kParameters)};
constexpr Example kExamples[] = {
    {R"(squeeze("a  b \t c"))", R"("a b c")"},
    {R"(squeeze("  a  "))", R"(" a ")"},
    {R"(squeeze("a b"))", R"("a b")"},
};
constexpr FunctionSpec kSpec{.name = "squeeze",
                             .category = "text",
                             .summary = "Makes one space of every run of white space.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl

#include <array>

#include "data/unicode.hpp"
#include "expr/lift.hpp"

// trim, ltrim and rtrim.

namespace etl {
namespace {

/// Bytes with which a white space character may begin, or end.
struct SpaceBytes {
    std::array<bool, 256> first{};
    std::array<bool, 256> last{};
};
constexpr SpaceBytes make_space_bytes() {
    SpaceBytes bytes;
    for (unsigned byte = 0; byte <= ' '; ++byte) bytes.first[byte] = bytes.last[byte] = true;
    for (const unsigned byte : {0xC2U, 0xE1U, 0xE2U, 0xE3U}) bytes.first[byte] = true;
    for (unsigned byte = 0x80; byte <= 0xAF; ++byte) bytes.last[byte] = true;
    return bytes;
}
constexpr SpaceBytes kSpaceBytes = make_space_bytes();

/// The text itself where nothing is cut.
Text cut_to(const Text& text, std::string_view left) {
    return left.size() == text.size ? text : make_text(left.data(), left.size());
}

Text trim(const Text& text) {
    if (text.size == 0 || (!kSpaceBytes.first[static_cast<unsigned char>(text.prefix[0])] &&
                           !kSpaceBytes.last[static_cast<unsigned char>(text.data[text.size - 1])]))
        return text;
    return cut_to(text, trim_right(trim_left(text.view())));
}
Text ltrim(const Text& text) { return cut_to(text, trim_left(text.view())); }
Text rtrim(const Text& text) { return cut_to(text, trim_right(text.view())); }

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kTrimOverloads[] = {lift<trim>(kParameters)};
constexpr Example kTrimExamples[] = {
    {R"(trim("  a  b "))", R"("a  b")"},
    {R"(trim("\u{A0}\ta\n"))", R"("a")"},
    {R"(trim("   "))", R"("")"},
};
constexpr FunctionSpec kTrim{.name = "trim",
                             .category = "text",
                             .summary = "Takes white space off both ends of a text, no-break spaces too.",
                             .overloads = kTrimOverloads,
                             .examples = kTrimExamples};
const Registration<FunctionSpec> kTrimRegistration{kTrim};

constexpr Overload kLtrimOverloads[] = {lift<ltrim>(kParameters)};
constexpr Example kLtrimExamples[] = {{R"(ltrim("  a "))", R"("a ")"}};
constexpr FunctionSpec kLtrim{.name = "ltrim",
                              .category = "text",
                              .summary = "Takes white space off the beginning of a text.",
                              .overloads = kLtrimOverloads,
                              .examples = kLtrimExamples};
const Registration<FunctionSpec> kLtrimRegistration{kLtrim};

constexpr Overload kRtrimOverloads[] = {lift<rtrim>(kParameters)};
constexpr Example kRtrimExamples[] = {{R"(rtrim("  a "))", R"("  a")"}};
constexpr FunctionSpec kRtrim{.name = "rtrim",
                              .category = "text",
                              .summary = "Takes white space off the end of a text.",
                              .overloads = kRtrimOverloads,
                              .examples = kRtrimExamples};
const Registration<FunctionSpec> kRtrimRegistration{kRtrim};

}  // namespace
}  // namespace etl

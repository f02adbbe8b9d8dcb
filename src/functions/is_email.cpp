#include "expr/lift.hpp"

namespace etl {
namespace {

constexpr std::size_t kMostLocal_bytes = 64;
constexpr std::size_t kMost_bytes = 254;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Letters and digits, and all that is beyond ASCII.
bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}
bool is_local_part(char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// Parts with dots between, none of them empty.
bool is_local(std::string_view local) {
    if (local.empty() || local.size() > kMostLocal_bytes || local.front() == '.' || local.back() == '.') return false;
    for (std::size_t i = 0; i < local.size(); ++i)
        if (local[i] == '.' ? local[i - 1] == '.' : !is_local_part(local[i])) return false;
    return true;
}

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
        if (!is_alphanumeric(c) && c != '-') return false;
    return true;
}

/// At least two labels, the last of at least two characters and not a number.
bool is_domain(std::string_view domain) {
    std::size_t labels = 0;
    for (;;) {
        const std::size_t dot = domain.find('.');
        const std::string_view label = domain.substr(0, dot);
        if (!is_label(label)) return false;
        ++labels;
        if (dot == std::string_view::npos) return labels > 1 && label.size() > 1 && !is_digit(label.back());
        domain.remove_prefix(dot + 1);
    }
}

bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return text.size() <= kMost_bytes && at != std::string_view::npos && is_local(text.substr(0, at)) &&
           is_domain(text.substr(at + 1));
}

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<is_email>(kParameters)};
constexpr Example kExamples[] = {
    {R"(is_email("jane.doe+shop@example.co.uk"))", "true"},
    {R"(is_email("jürgen@müller.de"))", "true"},
    {R"(is_email("jane@localhost"))", "false"},
    {R"(is_email("jane..doe@example.com"))", "false"},
    {R"(is_email("jane@example.com "))", "false"},
    {R"(is_email("@example.com"))", "false"},
};
constexpr FunctionSpec kSpec{.name = "is_email",
                             .category = "text",
                             .summary = "Whether a text has the form of an e-mail address with a full domain name.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl

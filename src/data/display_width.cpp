#include "data/display_width.hpp"

#include <utf8proc.h>

namespace etl {

namespace {

/// Calls body(bytes, cells) for each code point until it returns false; bytes that are no UTF-8 take a cell each.
template <typename Body>
void for_each_point(std::string_view text, Body&& body) {
    while (!text.empty()) {
        utf8proc_int32_t point = 0;
        const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                           static_cast<utf8proc_ssize_t>(text.size()), &point);
        const std::size_t bytes = size < 1 ? 1 : static_cast<std::size_t>(size);
        const std::size_t cells = size < 1 ? 1 : static_cast<std::size_t>(utf8proc_charwidth(point));
        if (!body(bytes, cells)) return;
        text.remove_prefix(bytes);
    }
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for_each_point(text, [&](std::size_t, std::size_t cells) {
        width += cells;
        return true;
    });
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    std::size_t used = 0, kept_bytes = 0, bytes = 0;
    bool fits = true;
    for_each_point(text, [&](std::size_t size, std::size_t cells) {
        used += cells;
        bytes += size;
        if (used + 1 <= width) kept_bytes = bytes;
        fits = used <= width;
        return fits;
    });
    return fits ? std::string(text) : std::string(text.substr(0, kept_bytes)) + "…";
}

}  // namespace etl

#pragma once

#include <string_view>
#include <vector>

namespace etl {

/// A file of the standard library, compiled into the program.
struct StdlibFile {
    std::string_view name;
    std::string_view text;
};

/// In order of name.
const std::vector<StdlibFile>& stdlib_files();

}  // namespace etl

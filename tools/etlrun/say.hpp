#pragma once

#include <cstdio>
#include <string>

namespace etl {

/// One object, one line, there at once: a program may be waiting for it.
inline void say_json(std::FILE* to, const std::string& object) {
    std::fprintf(to, "%s\n", object.c_str());
    std::fflush(to);
}

}  // namespace etl

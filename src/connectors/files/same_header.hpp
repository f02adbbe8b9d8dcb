#pragma once

#include <string>

#include "io/byte_reader.hpp"

namespace etl {

/// Throws Error (E418) where the file, which is not empty, begins otherwise than with the prologue: rows of other
/// columns would be written below a header that does not fit.
void check_same_header(const InputFile& file, const std::string& prologue);

}  // namespace etl

#pragma once

#include <string>

namespace etl {

/// Throws the Error for a failed call of the operating system: "cannot read orders.csv: no such file".
/// action: "read", "write". E401 missing, E402 a directory, E403 no permission, E404 anything else, E405 a full disk.
[[noreturn]] void throw_file_error(const char* action, const std::string& name, int error_number);

}  // namespace etl

#pragma once

#include <filesystem>

namespace etl {

/// Makes durable which files a folder holds: a new name is there after a loss of power only behind this. Returns 0, or
/// the number of the error; a file system that knows no such thing is as durable as it makes itself.
int sync_folder(const std::filesystem::path& folder);

}  // namespace etl

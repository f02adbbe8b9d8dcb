#pragma once

#include <filesystem>

namespace etl {

/// Makes durable which files a folder holds: a new name is there after a loss of power only behind this. Returns 0, or
/// the number of the error; a file system that knows no such thing is as durable as it makes itself.
int sync_folder(const std::filesystem::path& folder);

/// Makes a folder where there is none, with those around it; its name and that of the one around it are durable then.
/// Returns 0, or the number of the error.
int make_durable_folder(const std::filesystem::path& folder);

}  // namespace etl

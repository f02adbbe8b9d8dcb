#pragma once

#include <set>
#include <string>
#include <vector>

#include "connectors/files/file_entries.hpp"

namespace etl {

/// Growing files that were rotated since they were read: entries of a name that is gone, or is another file now, move
/// to the name under which their bytes stand now. So the rest of a rotated file is read, and nothing of it twice,
/// whether it was renamed or copied and cut. Gives back the new names.
/// A file that is gone without another under its name counts as renamed only where 1024 bytes of it were read: fewer
/// may be alike by chance.
std::set<std::string> follow_renames(std::vector<FileEntries>& held, const std::vector<InputFile>& files);

}  // namespace etl

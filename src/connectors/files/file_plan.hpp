#pragma once

#include <string>
#include <vector>

#include "component/incremental.hpp"
#include "connectors/files/file_entries.hpp"

namespace etl {

struct PlannedPart {
    FilePart part;
    FileEntry entry;          // of the file before the part is read
    Fingerprint fingerprint;  // up to there; by offset
};

/// What an incremental run reads, in that order.
struct FilePlan {
    FileEntries held;  // what was loaded before, of all that are there
    std::vector<PlannedPart> parts;
};

/// The files as they are now against what each position holds of them: from behind the least of the positions, through
/// each greater one, to what no position holds. Throws Error (E532) where a file is not what it was.
FilePlan plan_files(const std::vector<InputFile>& files, const std::vector<std::string>& positions,
                    const Incremental& clause);

}  // namespace etl

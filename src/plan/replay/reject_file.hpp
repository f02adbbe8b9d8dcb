#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace etl {

/// Which rejects are to be sent through again.
struct ReplayRequest {
    std::string run;    // its name, the beginning of it, or `last`
    std::string cause;  // text in the reason, or in what the closing table says; empty: all
};

/// Rows that go the same way: refused at one place, of one source.
struct ReplayGroup {
    std::string form;    // as RejectLines tells it
    std::string source;  // that they were read from; empty: not known
    std::string flow;    // where they were refused; empty: by the source itself
    std::string stage;
    std::uint64_t nth = 1, of = 1;     // which of how many stages of that name there
    std::vector<std::string> columns;  // of form columns: that the first row has
    bool is_chosen = false;            // some rows of it
};

struct RejectedRow {
    std::uint64_t number = 0;  // of its line in the file, from 0
    std::uint64_t offset = 0;  // of the line, in bytes
    std::uint64_t line = 0;    // where the row was read
    std::uint32_t group = 0;
    std::uint32_t file = 0;  // that it was read from
    bool is_chosen = false;
};

struct RejectedFile {
    std::string source;
    std::string name;
    std::string head;  // see Decoder::head
};

/// The rejects of a run. The rows themselves stay in the file.
struct RejectFile {
    std::filesystem::path path;
    std::string run;
    std::vector<ReplayGroup> groups;
    std::vector<RejectedRow> rows;
    std::vector<RejectedFile> files;
    std::uint64_t chosen = 0;  // rows
};

/// Throws Error E538: no such run, several, or one whose rejects cannot be sent through again.
RejectFile read_rejects(const std::filesystem::path& state_folder, const std::string& pipeline,
                        const ReplayRequest& request);

}  // namespace etl

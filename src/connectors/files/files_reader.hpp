#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "io/byte_reader.hpp"

namespace etl {

/// What a reader of files is told once.
struct FilesToRead {
    std::vector<InputFile> files;
    TextSettings text;
    std::uint32_t source = 0;
};

/// Reads all files, one after the other; with `after`, a position of such a reader, what comes behind it.
std::unique_ptr<Reader> make_files_reader(FilesToRead files, Decoder& decoder, const std::string& after,
                                          RunContext& run);

}  // namespace etl

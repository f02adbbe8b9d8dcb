#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "io/byte_reader.hpp"

namespace etl {

inline constexpr std::uint32_t kBlock_bytes = 256 * 1024;

/// What a reader of files is told once.
struct FilesToRead {
    std::vector<InputFile> files;
    std::string encoding;  // empty: UTF-8
    std::uint32_t source = 0;
    std::uint32_t lane = 0;
};

/// Cuts the bytes of files, one after the other, into blocks where the format's decoder says that records end.
std::unique_ptr<Reader> make_files_reader(FilesToRead files, Decoder& decoder, const std::string& after,
                                          RunContext& run);

}  // namespace etl

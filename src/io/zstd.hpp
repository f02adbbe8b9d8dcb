#pragma once

#include <memory>
#include <string>

#include "io/packing.hpp"

namespace etl {

std::unique_ptr<ByteReader> unpack_zstd(std::unique_ptr<ByteReader> packed, std::string name);
std::unique_ptr<Packer> make_zstd_packer(Packer::Write write);

}  // namespace etl

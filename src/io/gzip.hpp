#pragma once

#include <memory>
#include <string>

#include "io/packing.hpp"

namespace etl {

std::unique_ptr<ByteReader> unpack_gzip(std::unique_ptr<ByteReader> packed, std::string name);
std::unique_ptr<Packer> make_gzip_packer(Packer::Write write);

}  // namespace etl

#include "io/packing.hpp"

#include <cassert>

#include "io/gzip.hpp"
#include "io/zstd.hpp"

namespace etl {

Packing packing_of(std::string_view path) {
    if (path.ends_with(".gz")) return Packing::gzip;
    return path.ends_with(".zst") ? Packing::zstd : Packing::none;
}

std::unique_ptr<ByteReader> unpack(std::unique_ptr<ByteReader> packed, Packing packing, std::string name) {
    switch (packing) {
        case Packing::none: break;
        case Packing::gzip: return unpack_gzip(std::move(packed), std::move(name));
        case Packing::zstd: return unpack_zstd(std::move(packed), std::move(name));
    }
    return packed;
}

std::unique_ptr<Packer> make_packer(Packing packing, Packer::Write write) {
    assert(packing != Packing::none);
    return packing == Packing::gzip ? make_gzip_packer(std::move(write)) : make_zstd_packer(std::move(write));
}

}  // namespace etl

#pragma once

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace etl {

/// What a packed file holds, by the codecs' own means: at most 1 MiB. Plain files as they are; "none" where there is
/// no file.
inline std::string unpacked(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return "none";
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (path.extension() != ".gz" && path.extension() != ".zst") return bytes;
    std::string text(1 << 20, '\0');
    std::size_t size = 0;
    if (path.extension() == ".gz") {
        const gzFile packed = gzopen(path.c_str(), "rb");
        size = static_cast<std::size_t>(std::max(0, gzread(packed, text.data(), 1 << 20)));
        gzclose(packed);
    } else {
        size = ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size());
        if (ZSTD_isError(size) != 0) return ZSTD_getErrorName(size);
    }
    text.resize(size);
    return text;
}

/// One member or frame, behind those that the file has.
inline void pack(const std::filesystem::path& path, const std::string& text) {
    if (path.extension() == ".gz") {
        const gzFile packed = gzopen(path.c_str(), "ab");
        gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
        gzclose(packed);
        return;
    }
    std::string frame(ZSTD_compressBound(text.size()), '\0');
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), text.data(), text.size()));
    ZSTD_freeCCtx(context);
    std::ofstream(path, std::ios::binary | std::ios::app) << frame;
}

}  // namespace etl

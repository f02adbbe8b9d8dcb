#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

namespace etl {

/// Something that takes any bytes and must neither crash nor break a promise. One file an entry; its corpus stands in
/// tests/fuzz/corpus/NAME.
struct FuzzEntry {
    using Function = void (*)(std::string_view bytes);
    const char* name;
    Function run;

    FuzzEntry(const char* entry_name, Function function) : name(entry_name), run(function) { all().push_back(this); }
    static std::vector<const FuzzEntry*>& all() {
        static std::vector<const FuzzEntry*> entries;
        return entries;
    }
};

/// Ends the program, so that a fuzzer keeps the input.
inline void fuzz_check(bool holds, std::string_view promise, std::string_view bytes) {
    if (holds) return;
    std::cerr << "broken: " << promise << "\n--- input\n" << bytes << "\n---\n";
    std::abort();
}

}  // namespace etl

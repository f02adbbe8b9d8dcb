#include <cstring>

#include "tests/fuzz/fuzz_entry.hpp"

// The program `fuzz` runs the one entry that the environment variable ETL_FUZZ names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const etl::FuzzEntry* const chosen = [] {
        const char* const name = std::getenv("ETL_FUZZ");
        for (const etl::FuzzEntry* entry : etl::FuzzEntry::all())
            if (name != nullptr && std::strcmp(entry->name, name) == 0) return entry;
        std::cerr << "ETL_FUZZ names none of the entries\n";
        std::exit(1);
    }();
    chosen->run(std::string_view(reinterpret_cast<const char*>(bytes), size));
    return 0;
}

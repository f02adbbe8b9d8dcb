// Writes the reference pages that the registries make:  etl_reference FOLDER
// With --check it compares them with what stands there, and says which differ.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "lang/reference.hpp"

int main(int argc, char** argv) {
    const bool check = argc == 3 && std::strcmp(argv[2], "--check") == 0;
    if (argc != 2 && !check) {
        std::fprintf(stderr, "usage: etl_reference FOLDER [--check]\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    bool same = true;
    for (const auto& [name, text] : etl::reference_pages()) {
        if (!check) {
            std::filesystem::create_directories(folder);
            std::ofstream(folder / name, std::ios::binary) << text;
            continue;
        }
        std::ifstream in(folder / name, std::ios::binary);
        std::ostringstream stands;
        stands << in.rdbuf();
        if (stands.str() == text) continue;
        same = false;
        std::printf("%s is not what the registries say; run etl_reference %s\n", (folder / name).c_str(),
                    folder.c_str());
    }
    return same ? 0 : 1;
}

// Runs SQL files in one DuckDB process, with ${NAME} replaced from the environment. DUCKDB_LIB names libduckdb.so.
// usage: bench_duckdb FILE.sql…
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

std::string filled(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t begin = 0; (begin = text.find("${", begin)) != std::string::npos;) {
        const std::size_t end = text.find('}', begin);
        const std::string name = text.substr(begin + 2, end - begin - 2);
        const char* value = std::getenv(name.c_str());
        if (!value) throw std::runtime_error(name + " is not set");
        text.replace(begin, end + 1 - begin, value);
    }
    return text;
}

template <class F>
F symbol(void* library, const char* name) {
    void* found = dlsym(library, name);
    if (!found) throw std::runtime_error(dlerror());
    return reinterpret_cast<F>(found);
}

void run(int count, char** paths) {
    const char* path = std::getenv("DUCKDB_LIB");
    void* library = dlopen(path ? path : "libduckdb.so", RTLD_NOW);
    if (!library) throw std::runtime_error(dlerror());
    const auto open = symbol<int (*)(const char*, void**)>(library, "duckdb_open");
    const auto connect = symbol<int (*)(void*, void**)>(library, "duckdb_connect");
    const auto query = symbol<int (*)(void*, const char*, void*)>(library, "duckdb_query");
    const auto error = symbol<const char* (*)(void*)>(library, "duckdb_result_error");
    void *database = nullptr, *connection = nullptr, *result[16] = {};
    if (open(nullptr, &database) || connect(database, &connection)) throw std::runtime_error("duckdb_open failed");
    for (int i = 0; i < count; ++i)
        if (query(connection, filled(paths[i]).c_str(), result)) throw std::runtime_error(error(result));
}

}  // namespace

int main(int count, char** arguments) {
    try {
        run(count - 1, arguments + 1);
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    std::fflush(stdout);
    std::_Exit(0);  // without the tear-down, as its own shell ends
}

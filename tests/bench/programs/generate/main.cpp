// Data for the workloads, the same bytes each time: FOLDER/KIND_ROWS.ENDING, what kinds.hpp says of each.
// usage: bench_generate FOLDER KIND ROWS [FILES]     FILES, 10,000 unless given, for the kind "files"
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "kinds.hpp"

int main(int count, char** arguments) {
    static const std::map<std::string, bench::Writer> writers = {
        {"orders", bench::write_orders},     {"crlf", bench::write_crlf},
        {"gzip", bench::write_gzip},         {"customers", bench::write_customers},
        {"contacts", bench::write_contacts}, {"skew", bench::write_skew},
        {"groups", bench::write_groups},     {"measurements", bench::write_measurements},
        {"narrow", bench::write_narrow},     {"wide", bench::write_wide},
        {"quoted", bench::write_quoted},     {"text", bench::write_text},
        {"nested", bench::write_nested},
    };
    const std::string kind = count > 3 ? arguments[2] : "";
    const std::uint64_t rows = count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 0;
    if (const auto found = writers.find(kind); found != writers.end()) {
        found->second(arguments[1], rows);
    } else if (kind == "files") {
        bench::write_files(arguments[1], rows, count > 4 ? std::strtoull(arguments[4], nullptr, 10) : 10'000);
    } else {
        std::fputs("usage: bench_generate FOLDER KIND ROWS [FILES]\nkinds: files", stderr);
        for (const auto& [name, writer] : writers) std::fprintf(stderr, " %s", name.c_str());
        std::fputs("\n", stderr);
        return 2;
    }
    return 0;
}

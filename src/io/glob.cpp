#include "io/glob.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "io/file_error.hpp"

namespace etl {

namespace fs = std::filesystem;

namespace {

struct Search {
    std::vector<fs::path> parts;     // of the pattern
    std::vector<std::string> found;  // names, with the pattern's own folder before them
};

std::vector<std::string> list_folder(const fs::path& folder, const std::string& name) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator at(folder, error);
    // A folder that is not there holds nothing: the pattern finds no file then.
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return names;
    for (; !error && at != fs::directory_iterator(); at.increment(error))
        names.push_back(at->path().filename().string());
    if (error) throw_file_error("read", name.empty() ? folder.string() : name, error.value());
    std::sort(names.begin(), names.end());
    return names;
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool is_linked_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_symlink(path, ignored) && is_folder(path);
}

void match(Search& search, const fs::path& folder, const std::string& name, std::size_t part) {
    const bool last = part + 1 == search.parts.size();
    const std::string& pattern = search.parts[part].native();
    const auto below = [&](const std::string& entry) { return name.empty() ? entry : name + "/" + entry; };
    if (pattern == "**") {
        if (!last) match(search, folder, name, part + 1);
        for (const std::string& entry : list_folder(folder, name)) {
            const fs::path path = folder / entry;
            if (entry.front() == '.') continue;
            if (is_folder(path) && !is_linked_folder(path))
                match(search, path, below(entry), part);
            else if (last && !is_folder(path))
                search.found.push_back(below(entry));
        }
        return;
    }
    if (!is_pattern(pattern)) {
        const fs::path path = folder / pattern;
        if (!last)
            match(search, path, below(pattern), part + 1);
        else if (std::error_code ignored; fs::exists(path, ignored) && !is_folder(path))
            search.found.push_back(below(pattern));
        return;
    }
    for (const std::string& entry : list_folder(folder, name)) {
        if (::fnmatch(pattern.c_str(), entry.c_str(), FNM_PERIOD) != 0) continue;
        const fs::path path = folder / entry;
        if (is_folder(path)) {
            if (!last) match(search, path, below(entry), part + 1);
        } else if (last) {
            search.found.push_back(below(entry));
        }
    }
}

}  // namespace

bool is_pattern(const std::string& address) { return address.find_first_of("*?[") != std::string::npos; }

std::vector<InputFile> expand_pattern(const fs::path& folder, const std::string& address) {
    if (address == "-") return {{"-", "standard input"}};
    std::error_code ignored;
    if (!is_pattern(address) || fs::exists(folder / address, ignored)) return {{folder / address, address}};
    Search search;
    const fs::path pattern(address);
    std::string name = pattern.root_path().string();
    for (const fs::path& part : pattern.relative_path())
        if (!part.empty()) search.parts.push_back(part);
    if (name.empty()) {
        match(search, folder.empty() ? fs::path(".") : folder, "", 0);
    } else {
        match(search, name, "", 0);
        for (std::string& found : search.found) found.insert(0, name);
    }
    std::sort(search.found.begin(), search.found.end());
    search.found.erase(std::unique(search.found.begin(), search.found.end()), search.found.end());
    std::vector<InputFile> files;
    for (const std::string& found : search.found) files.push_back({folder / found, found});
    return files;
}

}  // namespace etl

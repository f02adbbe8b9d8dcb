#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "io/byte_reader.hpp"
#include "io/file_target.hpp"
#include "io/standard_streams.hpp"
#include "lang/load.hpp"
#include "lang/parser.hpp"
#include "lang/printer.hpp"
#include "lang/reference.hpp"
#include "plan/plan.hpp"

namespace {

using namespace etl;

enum ExitStatus : int { kRight = 0, kUnreadable = 1, kWrong = 2 };

struct CommandLine {
    std::vector<std::string> files;
    std::vector<std::string> params;
    std::string help_name;
    std::string config;
    std::string profile;
    bool offline = false;
    bool format = false;
    bool json = false;
};

bool colour_wanted() { return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr; }

void say_diagnostics(const CommandLine& line, const Diagnostics& diagnostics, const SourceTexts& texts) {
    for (const Diagnostic& diagnostic : diagnostics.sorted())
        std::printf("%s\n", line.json ? render_json(diagnostic, texts).c_str()
                                      : render_text(diagnostic, texts, colour_wanted()).c_str());
}

void say_error(const CommandLine& line, const Error& error) {
    if (line.json) {
        JsonWriter json;
        json.begin_object().field("type", "error").field("code", error.code()).field("message", error.what());
        std::printf("%s\n", json.end_object().take().c_str());
    } else {
        std::fprintf(stderr, "error[%s]: %s\n", error.code().c_str(), error.what());
    }
}

std::string file_object(const char* type, const std::string& file) {
    return JsonWriter().begin_object().field("type", type).field("file", file).end_object().take();
}

int check_file(const CommandLine& line, const std::string& file) {
    LoadOptions options;
    options.offline = line.offline;
    options.config = line.config;
    options.profile = line.profile;
    for (const std::string& param : line.params) {
        const std::size_t sign = param.find('=');
        if (sign == std::string::npos || sign == 0) {
            say_error(line, Error("E315", "-p takes NAME=VALUE, not `" + param + "`"));
            return kWrong;
        }
        options.params[param.substr(0, sign)] = param.substr(sign + 1);
    }
    const auto texts = std::make_shared<SourceTexts>();
    Diagnostics diagnostics;
    const std::optional<BoundPipeline> pipeline = load_pipeline(file, options, texts, diagnostics);
    say_diagnostics(line, diagnostics, *texts);
    if (!pipeline) {
        if (!line.json)
            std::printf("%s: %zu error%s\n", file.c_str(), diagnostics.errors(), diagnostics.errors() == 1 ? "" : "s");
        return kWrong;
    }
    if (line.json)
        std::printf("%s\n", file_object("checked", file).c_str());
    else
        std::printf("%s: right\n", file.c_str());
    return kRight;
}

void replace_file(const std::string& file, const std::string& text) {
    FileTarget target(file, file);
    target.begin();
    target.write(text.data(), text.size());
    target.publish();
}

int format_file(const CommandLine& line, const std::string& file) {
    SourceTexts texts;
    const std::uint32_t number = texts.add(file, read_file({file, file == "-" ? "standard input" : file}));
    Diagnostics diagnostics;
    const ast::File tree = parse(number, texts, diagnostics);
    if (diagnostics.has_errors()) {
        say_diagnostics(line, diagnostics, texts);
        return kWrong;
    }
    const std::string pretty = format(tree, texts);
    if (file == "-") {
        std::printf("%s", pretty.c_str());
    } else if (pretty != texts.text(number)) {
        replace_file(file, pretty);
        if (line.json)
            std::printf("%s\n", file_object("formatted", file).c_str());
        else
            std::printf("%s: formatted\n", file.c_str());
    }
    return kRight;
}

int help(const std::string& name) {
    const std::string page = reference_text(name);
    if (page.empty()) {
        std::fprintf(stderr, "nothing is called `%s`; %s\n", name.c_str(), reference_hint(name).c_str());
        return kWrong;
    }
    std::printf("%s", page.c_str());
    return kRight;
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_streams();
    CommandLine line;
    CLI::App app{"Checks pipelines: names, types, options and places, before a row is read."};
    app.add_option("FILE", line.files, "pipelines, .etl files; with --format also -");
    app.add_option("-p,--param", line.params, "NAME=VALUE of a param")->allow_extra_args(false);
    app.add_option("--config", line.config, "the etl.toml to take, else the one beside FILE or upwards");
    app.add_option("--profile", line.profile, "the [profile.NAME] of etl.toml to take");
    app.add_flag("--offline", line.offline, "opens no source, target or server");
    app.add_flag("--format", line.format, "rewrites the files in the one format; - reads and writes standard streams");
    app.add_flag("--json", line.json, "prints one JSON object a line, `type` first");
    app.set_help_flag("");
    bool help_wanted = false;
    app.add_flag("-h", help_wanted, "prints this help");
    app.add_option("--help", line.help_name,
                   "this help, or what NAME is: a stage, function, format, connector or setting")
        ->expected(0, 1)
        ->default_str("");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (app.exit(error) == 0) return kRight;
        std::fprintf(stderr, "Run with --help for more information.\n");
        return kWrong;
    }
    if (app.count("--help") > 0 && !line.help_name.empty()) return help(line.help_name);
    if (help_wanted || app.count("--help") > 0) {
        std::printf("%s", app.help().c_str());
        return kRight;
    }
    if (line.files.empty()) {
        std::fprintf(stderr, "no FILE is given: name a pipeline, a .etl file; --help shows the options\n");
        return kWrong;
    }
    int worst = kRight;
    for (const std::string& file : line.files) {
        try {
            worst = std::max(worst, line.format ? format_file(line, file) : check_file(line, file));
        } catch (const Error& error) {
            say_error(line, error);
            worst = std::max<int>(worst, kUnreadable);
        } catch (const std::exception& error) {
            say_error(line, Error("E500", file + ": " + error.what()));
            worst = std::max<int>(worst, kUnreadable);
        }
    }
    return worst;
}

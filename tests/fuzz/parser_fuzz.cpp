#include "lang/parser.hpp"
#include "lang/printer.hpp"
#include "tests/fuzz/fuzz_entry.hpp"
#include "tests/unit/stage_table.hpp"

using namespace etl;

namespace {

void run(std::string_view bytes) {
    SourceTexts texts;
    Diagnostics diagnostics;
    const StageTable stages = stage_table::all_stages();
    const ast::File file = parse(texts.add("fuzz.etl", std::string(bytes)), texts, diagnostics, stages);
    for (const Diagnostic& wrong : diagnostics.sorted()) {
        const bool is_inside = wrong.span.begin <= wrong.span.end && wrong.span.end <= bytes.size() + 2;
        fuzz_check(is_inside, "a diagnostic stands in the file", bytes);
        fuzz_check(!wrong.message.empty() && !render_text(wrong, texts, false).empty(), "a diagnostic says something",
                   bytes);
    }
    if (diagnostics.has_errors()) return;
    const std::string printed = format(file, texts);
    Diagnostics wrong;
    const ast::File again = parse(texts.add("printed.etl", printed), texts, wrong, stages);
    fuzz_check(!wrong.has_errors(), "what is printed can be read", bytes);
    fuzz_check(ast::dump(again) == ast::dump(file), "what is printed means the same", bytes);
    fuzz_check(again.comments.size() == file.comments.size(), "comments are kept", bytes);
    fuzz_check(format(again, texts) == printed, "what is printed is printed the same again", bytes);
}

const FuzzEntry entry{"parser", run};

}  // namespace

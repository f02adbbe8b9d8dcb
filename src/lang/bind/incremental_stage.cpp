#include "lang/bind/incremental_stage.hpp"

#include <algorithm>

#include "lang/bind/incremental.hpp"
#include "lang/bind/stage_part.hpp"

namespace etl::bind {

namespace {

bool gathers(const ast::Stage& stage) {
    return std::any_of(stage.spec->parts.begin(), stage.spec->parts.end(),
                       [](const StagePart& part) { return part.kind == PartKind::word && part.word == "per run"; });
}

bool says_per_run(const ast::Stage& stage) {
    for (std::size_t i = 0; i < stage.parts.size(); ++i)
        if (stage.spec->parts[i].word == "per run" && stage.parts[i].given) return true;
    return false;
}

/// A run ends where a step of time does, no row of it is read again, and each step has groups of its own: every group
/// is whole.
bool groups_are_whole(const ast::Stage& stage, const Stream& input) {
    const BoundSource& source = *input.feed.incremental;
    const Incremental& incremental = source.request.incremental;
    const auto* keys = part_of<std::vector<ast::Item>>(stage);
    if (keys == nullptr || input.feed.by < 0 || source.until_step_us == 0) return false;
    if (incremental.lag_us > 0 || incremental.nulls == Incremental::Nulls::include) return false;
    const std::string& column = input.schema->fields[static_cast<std::size_t>(input.feed.by)].name;
    return std::any_of(keys->begin(), keys->end(), [&](const ast::Item& key) {
        if (key.kind != ast::Item::Kind::assign) return false;
        const Floored by = floored(*key.value);
        const auto* name = by.value != nullptr ? by.value->as<ast::Reference>() : nullptr;
        return name != nullptr && name->name.text == column && by.step_us == source.until_step_us;
    });
}

}  // namespace

void check_whole_input(const ast::Stage& stage, const Stream& input, const BoundStage& bound, Context& context) {
    if (input.feed.incremental == nullptr || !bound.needs_whole_input) return;
    const std::string word = "`" + std::string(stage.spec->name) + "`";
    const ast::SourceDecl& source = *input.feed.incremental->decl;
    const std::string label = "source `" + source.name.text + "` is incremental";
    if (!gathers(stage)) {
        context.diagnostics.error("E462", stage.word.span, "what " + word + " leaves out would never be read again",
                                  label, {"leave it out, or read the source in full"});
        return;
    }
    if (says_per_run(stage) || groups_are_whole(stage, input)) return;
    const auto& clause = *input.feed.incremental->incremental;
    const std::string by = input.feed.by >= 0 ? clause.names.front().text : "t";
    std::vector<std::string> notes = {"if each run is to have groups of its own, write `" +
                                      std::string(stage.spec->name) + " per run`"};
    if (input.feed.incremental->request.incremental.kind == Incremental::Kind::column)
        notes.push_back(
            "for whole groups write `until floor(now(), 1d)` at the source, without `lag`, and here a key `" +
            std::string("day = floor(") + by + ", 1d)`");
    context.diagnostics.error("E461", stage.word.span, word + " sees the new rows only: a group may be in several runs",
                              label, std::move(notes));
}

void check_further_input(const ast::Name& name, const ast::Stage& stage, const Stream& input, Context& context) {
    if (input.feed.incremental == nullptr) return;
    const std::string source = input.feed.incremental->decl->name.text;
    context.diagnostics.error(
        "E463", name.span, "`" + std::string(stage.spec->name) + "` reads all of `" + name.text + "`",
        "source `" + source + "` is incremental", {"declare another source of the same place, without `incremental`"});
}

}  // namespace etl::bind

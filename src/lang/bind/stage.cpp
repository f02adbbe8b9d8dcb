#include "lang/bind/stage.hpp"

#include <algorithm>

#include "lang/bind/incremental_stage.hpp"

namespace etl::bind {

namespace {

SchemaPtr with_types(const SchemaPtr& schema) {
    const auto lacks = [](const Field& field) { return field.type == nullptr; };
    if (std::none_of(schema->fields.begin(), schema->fields.end(), lacks)) return schema;
    Schema filled = *schema;
    for (Field& field : filled.fields)
        if (lacks(field)) field.type = simple_type(TypeKind::text, true);
    return std::make_shared<const Schema>(std::move(filled));
}

SchemaPtr narrowed(const SchemaPtr& schema, const std::vector<std::uint32_t>& not_null) {
    if (not_null.empty()) return schema;
    Schema made = *schema;
    for (const std::uint32_t column : not_null)
        if (column < made.size() && made.fields[column].type != nullptr)
            made.fields[column].type = with_nullable(made.fields[column].type, false);
    return std::make_shared<const Schema>(std::move(made));
}

bool ends_meta(std::string_view stage) { return stage == "group" || stage == "distinct" || stage == "pivot"; }

bool sees_joined(const StageSpec& spec) {
    return std::any_of(spec.parts.begin(), spec.parts.end(),
                       [](const StagePart& part) { return part.scope == PartScope::joined; });
}

class StageBinder {
  public:
    StageBinder(const ast::Stage& stage, StreamFinder& finder, Context& context)
        : finder_(finder), work_(stage, context) {}

    StageResult bind(const Stream& input);

  private:
    void add_inputs();
    void add_input(const ast::Name& name);
    void name_input(const ast::Name& alias);
    void make_joined();
    BoundStage call_stage(std::uint32_t number);
    void finish_outputs(BoundStage& stage, std::uint32_t number, StageResult& result);
    void forget_unknown(Schema& schema) const;
    SchemaPtr joined_names() const;
    Feed feed(const BoundStage& stage) const;
    std::vector<std::string> branch_names() const;

    StreamFinder& finder_;
    StageWork work_;
};

void StageBinder::add_input(const ast::Name& name) {
    Stream stream = finder_.find(name);
    check_further_input(name, work_.stage, stream, work_.context);
    work_.inputs.push_back({stream.schema, name.text, name.span});
    work_.streams.push_back(std::move(stream));
}

void StageBinder::name_input(const ast::Name& alias) {
    if (work_.inputs.size() < 2) return;
    work_.inputs.back().name = alias.text;
    work_.inputs.back().span = alias.span;
}

/// Inputs and what they are called come first: the expressions of other parts see their columns.
void StageBinder::add_inputs() {
    const auto& parts = work_.stage.spec->parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const ast::StagePartValue& value = work_.stage.parts[i];
        if (!value.given) continue;
        if (parts[i].role == PartRole::input) {
            if (const auto* name = std::get_if<ast::Name>(&value.value)) add_input(*name);
            if (const auto* names = std::get_if<ast::Names>(&value.value))
                for (const ast::Name& each : *names) add_input(each);
            if (const auto* paths = std::get_if<ast::Paths>(&value.value))
                for (const ast::Path& each : *paths) add_input(each.names.front());
        } else if (parts[i].role == PartRole::alias) {
            if (const auto* name = std::get_if<ast::Name>(&value.value)) name_input(*name);
        }
    }
}

void StageBinder::make_joined() {
    work_.joined = *work_.inputs[0].schema;
    for (std::size_t i = 1; i < work_.inputs.size(); ++i)
        for (const Field& field : work_.inputs[i].schema->fields) {
            Field joined = field;
            joined.qualifier = work_.inputs[i].name;
            work_.joined.fields.push_back(std::move(joined));
        }
}

BoundStage StageBinder::call_stage(std::uint32_t number) {
    StageArguments arguments;
    arguments.span = work_.stage.span;
    arguments.stage = number;
    arguments.parts = std::move(work_.parts);
    bool poisoned = work_.failed || work_.context.has_syntax_error(work_.stage.span);
    for (std::size_t i = 0; i < work_.inputs.size(); ++i) {
        StageInput input = work_.inputs[i];
        input.schema = with_types(i == 0 ? narrowed(input.schema, work_.proven) : input.schema);
        poisoned = poisoned || work_.streams[i].open;
        for (const Field& field : work_.inputs[i].schema->fields) poisoned = poisoned || field.type == nullptr;
        arguments.inputs.push_back(std::move(input));
    }
    Diagnostics ignored;
    BoundStage stage = work_.stage.spec->bind(arguments, poisoned ? ignored : work_.context.diagnostics);
    if (stage.op == nullptr && stage.outputs.empty()) work_.hopeless = true;
    stage.parts = std::make_shared<const std::vector<BoundPart>>(std::move(arguments.parts));
    return stage;
}

void StageBinder::forget_unknown(Schema& schema) const {
    const auto has_unknown = [](const StageInput& input) {
        return std::any_of(input.schema->fields.begin(), input.schema->fields.end(),
                           [](const Field& field) { return field.type == nullptr; });
    };
    // Looking up each column of very many would take long.
    if (work_.unknown.empty() && std::none_of(work_.inputs.begin(), work_.inputs.end(), has_unknown)) return;
    const auto is_unknown = [&](const Field& field) {
        if (field.qualifier.empty() &&
            std::find(work_.unknown.begin(), work_.unknown.end(), field.name) != work_.unknown.end())
            return true;
        for (std::size_t i = 0; i < work_.inputs.size(); ++i) {
            const std::string qualifier = i == 0 ? field.qualifier : std::string();
            if (i > 0 && field.qualifier != work_.inputs[i].name && !field.qualifier.empty()) continue;
            const auto column = work_.inputs[i].schema->find(field.name, qualifier);
            if (column && work_.inputs[i].schema->fields[*column].type == nullptr) return true;
        }
        return false;
    };
    for (Field& field : schema.fields)
        if (is_unknown(field)) field.type = nullptr;
}

/// What a join gives whose condition failed: the names of its columns.
SchemaPtr StageBinder::joined_names() const {
    Schema schema = work_.joined;
    for (std::uint32_t i = work_.inputs[0].schema->size(); i < schema.size(); ++i) schema.fields[i].type = nullptr;
    return std::make_shared<const Schema>(std::move(schema));
}

std::vector<std::string> StageBinder::branch_names() const {
    std::vector<std::string> names;
    for (const BoundPart& part : work_.parts)
        if (const auto* branches = std::get_if<std::vector<BoundBranch>>(&part))
            for (const BoundBranch& branch : *branches)
                if (branch.name != "discard" && std::find(names.begin(), names.end(), branch.name) == names.end())
                    names.push_back(branch.name);
    return names;
}

/// What is read in full before the first row passes adds to rows, it brings none.
Feed StageBinder::feed(const BoundStage& stage) const {
    Feed feed = work_.streams[0].feed;
    for (std::uint32_t i = 1; i < work_.streams.size(); ++i)
        if (stage.op != nullptr && stage.op->kind(i) != StageKind::blocking)
            feed.full = feed.full || work_.streams[i].feed.full;
    const auto& passes = stage.flow.passes;
    const auto by = std::find(passes.begin(), passes.end(), static_cast<std::int32_t>(feed.by));
    feed.by = feed.by >= 0 && by != passes.end() ? by - passes.begin() : -1;
    return feed;
}

void StageBinder::finish_outputs(BoundStage& stage, std::uint32_t number, StageResult& result) {
    bool open = false;
    for (const Stream& stream : work_.streams) open = open || (stream.open && !work_.closes);
    if (work_.hopeless) {
        const bool joins = work_.joined.size() > work_.inputs[0].schema->size() && sees_joined(*work_.stage.spec);
        const std::size_t ports = std::max<std::size_t>(1, result.port_names.size());
        stage.outputs.assign(ports, joins ? joined_names() : work_.inputs[0].schema);
        open = open || !joins;
    }
    const bool loses_meta = ends_meta(work_.stage.spec->name);
    for (std::uint32_t port = 0; port < stage.outputs.size(); ++port) {
        Schema schema = *stage.outputs[port];
        forget_unknown(schema);
        Stream out = work_.streams[0];
        out.feed = feed(stage);
        out.port = {number, port};
        out.open = open;
        out.schema = std::make_shared<const Schema>(std::move(schema));
        if (port < work_.proven_by_port.size()) out.schema = narrowed(out.schema, work_.proven_by_port[port]);
        if (loses_meta) {
            out.has_meta = false;
            out.no_meta = "`" + std::string(work_.stage.spec->name) + "` stands before";
        }
        result.outputs.push_back(std::move(out));
    }
}

StageResult StageBinder::bind(const Stream& input) {
    work_.streams.push_back(input);
    work_.inputs.push_back({input.schema, {}, work_.stage.word.span});
    add_inputs();
    const std::uint32_t number = finder_.next_node();
    make_joined();
    work_.parts.resize(work_.stage.spec->parts.size());
    for (std::size_t i = 0; i < work_.parts.size(); ++i) bind_part(work_, i);
    StageResult result;
    result.port_names = branch_names();
    for (const Stream& stream : work_.streams) result.inputs.push_back(stream.port);
    if (!work_.hopeless) result.stage = call_stage(number);
    if (!result.stage.port_names.empty()) result.port_names = result.stage.port_names;
    finish_outputs(result.stage, number, result);
    return result;
}

}  // namespace

Scope StageWork::scope(PartScope which) const {
    Scope scope;
    if (which == PartScope::constant) {
        scope.no_columns = "this is a constant of the run";
        return scope;
    }
    const Stream& first = streams.front();
    scope.has_meta = first.has_meta;
    scope.no_meta = first.no_meta;
    scope.schema = inputs[0].schema.get();
    scope.open = first.open;
    if (which == PartScope::joined) {
        scope.schema = &joined;
        for (const Stream& stream : streams) scope.open = scope.open || stream.open;
    } else if (which == PartScope::named && inputs.size() > 1) {
        scope.schema = inputs.back().schema.get();
        scope.alias = inputs.back().name;
        scope.open = streams.back().open;
        scope.has_meta = false;
        scope.no_meta = "the rows of `" + scope.alias + "` are read apart";
    }
    return scope;
}

ExprPtr StageWork::stand_in(TypeKind kind, SourceSpan span) {
    failed = true;
    Value value{simple_type(kind, kind != TypeKind::boolean), std::monostate()};
    if (kind == TypeKind::boolean) value.data = true;
    return constant_expr(std::move(value), span);
}

void StageWork::error(std::string code, SourceSpan span, std::string message, std::string label,
                      std::vector<std::string> notes) {
    context.diagnostics.error(std::move(code), span, std::move(message), std::move(label), std::move(notes));
}

StageResult bind_stage(const ast::Stage& stage, const Stream& input, StreamFinder& finder, Context& context) {
    return StageBinder(stage, finder, context).bind(input);
}

}  // namespace etl::bind

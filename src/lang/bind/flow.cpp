#include "lang/bind/flow.hpp"

#include <algorithm>

#include "lang/bind/incremental.hpp"
#include "lang/bind/incremental_stage.hpp"

namespace etl::bind {

namespace {

constexpr std::size_t kMostNested = 200;

bool is_into(const ast::Stage& stage) { return stage.spec != nullptr && stage.spec->name == "into"; }

std::vector<std::string> words_of(const ast::Stage& stage) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < stage.parts.size() && i < stage.spec->parts.size(); ++i) {
        if (!stage.parts[i].given || stage.spec->parts[i].kind != PartKind::word) continue;
        if (const auto* word = std::get_if<ast::Name>(&stage.parts[i].value)) words.push_back(word->text);
    }
    return words;
}

const ast::Block<ast::Branch>* branches_of(const ast::Stage& stage) {
    for (const ast::StagePartValue& part : stage.parts)
        if (part.given)
            if (const auto* block = std::get_if<ast::Block<ast::Branch>>(&part.value)) return block;
    return nullptr;
}

/// The rows behind a stage that could not be read: what it makes of their columns is not known.
Stream behind_unread(const ast::Stage& stage, Stream stream) {
    constexpr std::string_view kKeepTypes[] = {"filter", "validate", "cleanse",  "sort",
                                               "limit",  "dedupe",   "distinct", "union"};
    const bool keeps = std::find(std::begin(kKeepTypes), std::end(kKeepTypes), stage.word.text) != std::end(kKeepTypes);
    Schema schema;
    for (Field field : stream.schema->fields) {
        if (!keeps && !field.qualifier.empty()) continue;
        // It may have taken the nulls away.
        field.type = keeps && field.type != nullptr ? with_nullable(field.type, false) : nullptr;
        schema.fields.push_back(std::move(field));
    }
    stream.schema = std::make_shared<const Schema>(std::move(schema));
    stream.open = true;
    return stream;
}

}  // namespace

/// What stays of a flow while its stages are changed: its name, or where it begins and how it ends.
std::string Flows::key_of(const ast::Chain& chain, const ast::Name* name) const {
    if (name != nullptr) return name->text;
    std::string key = "from " + chain.from.text;
    if (!chain.stages.empty()) {
        const ast::Stage& last = chain.stages.back();
        key += " " + last.word.text;
        for (const ast::StagePartValue& part : last.parts)
            if (const auto* address = std::get_if<ast::ExprPtr>(&part.value); is_into(last) && address != nullptr)
                key += " " + std::string(context_.texts.text((*address)->span));
    }
    const auto alike = std::count_if(chains_.begin(), chains_.end(), [&](const Chain& other) {
        return other.key == key || other.key.starts_with(key + " #");
    });
    return alike == 0 ? key : key + " #" + std::to_string(alike + 1);
}

bool Flows::take_name(const ast::Name& name) {
    if (name.text.empty()) return false;
    if (name.text == "rejects") {
        context_.diagnostics.error("E202", name.span, "the name `rejects` is taken",
                                   "`from rejects` gives the rows that were refused");
        return false;
    }
    const auto [before, added] = names_.try_emplace(name.text, name.span);
    if (added) return true;
    const LineColumn at = context_.texts.locate(before->second.file, before->second.begin);
    context_.diagnostics.error("E202", name.span, "the name `" + name.text + "` is taken",
                               "declared before in line " + std::to_string(at.line));
    return false;
}

void Flows::declare(const ast::SourceDecl& decl, bool is_broken) {
    if (!take_name(decl.name)) return;
    Source& source = sources_[decl.name.text];
    source.decl = &decl;
    source.is_broken = is_broken;
    source_order_.push_back(decl.name.text);
}

void Flows::declare(const ast::FlowDecl& decl, bool is_broken) {
    if (take_name(decl.name)) add_chain(decl.chain, &decl.name, is_broken);
}

void Flows::declare(const ast::ChainDecl& decl, bool is_broken) { add_chain(decl.chain, nullptr, is_broken); }

void Flows::add_chain(const ast::Chain& chain, const ast::Name* name, bool is_broken) {
    const std::size_t number = chains_.size();
    Chain& made = chains_.emplace_back();
    made.chain = &chain;
    made.name = name;
    made.key = key_of(chain, name);
    made.is_broken = is_broken;
    if (name != nullptr) flows_[name->text] = number;
    for (const ast::Stage& stage : chain.stages) {
        if (stage.is_broken && stage.word.text == "route") quiet_ = true;
        const ast::Block<ast::Branch>* block = branches_of(stage);
        if (block == nullptr) continue;
        for (const ast::Branch& branch : block->items) {
            if (branch.target.text == "discard") continue;
            const auto known = branches_.find(branch.target.text);
            if (known != branches_.end() && known->second.chain == number) continue;
            if (take_name(branch.target)) branches_[branch.target.text] = {number, branch.target.span, false};
        }
    }
}

std::vector<const ast::Name*> Flows::reads_of(const ast::Chain& chain) const {
    std::vector<const ast::Name*> names = {&chain.from};
    for (const ast::Stage& stage : chain.stages) {
        if (stage.spec == nullptr) continue;
        for (std::size_t i = 0; i < stage.parts.size(); ++i) {
            if (stage.spec->parts[i].role != PartRole::input || !stage.parts[i].given) continue;
            const auto& value = stage.parts[i].value;
            if (const auto* name = std::get_if<ast::Name>(&value)) names.push_back(name);
            if (const auto* several = std::get_if<ast::Names>(&value))
                for (const ast::Name& name : *several) names.push_back(&name);
            if (const auto* paths = std::get_if<ast::Paths>(&value))
                for (const ast::Path& path : *paths) names.push_back(&path.names.front());
        }
    }
    return names;
}

/// Chains that end in `into`, and those whose rows they read, directly or not.
void Flows::find_live() {
    std::vector<std::size_t> found;
    const auto mark = [&](std::size_t number) {
        if (chains_[number].is_live) return;
        chains_[number].is_live = true;
        found.push_back(number);
    };
    for (std::size_t i = 0; i < chains_.size(); ++i) {
        const auto& stages = chains_[i].chain->stages;
        if (std::any_of(stages.begin(), stages.end(), is_into)) mark(i);
    }
    for (std::size_t next = 0; next < found.size(); ++next)
        for (const ast::Name* name : reads_of(*chains_[found[next]].chain)) {
            if (const auto flow = flows_.find(name->text); flow != flows_.end()) mark(flow->second);
            if (const auto branch = branches_.find(name->text); branch != branches_.end()) mark(branch->second.chain);
        }
}

Stream Flows::open_stream() const {
    Stream stream;
    stream.schema = std::make_shared<const Schema>();
    stream.open = true;
    return stream;
}

Stream Flows::unknown_name(const ast::Name& name) {
    if (quiet_ || name.text.empty()) return open_stream();
    std::vector<std::string> names;
    for (const auto& [each, span] : names_) names.push_back(each);
    std::vector<std::string> notes;
    if (std::string near = did_you_mean(name.text, names); !near.empty()) notes.push_back(std::move(near));
    // What was meant is not unread as well.
    for (auto& [each, branch] : branches_)
        if (!did_you_mean(name.text, {each}).empty()) branch.is_read = true;
    context_.diagnostics.error("E201", name.span, "unknown source or flow `" + name.text + "`",
                               "there are " + list_names(names), std::move(notes));
    return open_stream();
}

Stream Flows::find(const ast::Name& name) {
    if (name.text == "rejects") return rejects_stream();
    if (const auto source = sources_.find(name.text); source != sources_.end()) {
        source->second.is_read = true;
        return source_stream(source->second);
    }
    const auto flow = flows_.find(name.text);
    const auto branch = branches_.find(name.text);
    if (flow == flows_.end() && branch == branches_.end()) return unknown_name(name);
    if (branch != branches_.end()) branch->second.is_read = true;
    Chain& chain = chains_[flow != flows_.end() ? flow->second : branch->second.chain];
    chain.is_read = true;
    if (chain.state == State::busy || depth_ >= kMostNested) {
        context_.diagnostics.error("E231", name.span, "`" + name.text + "` reads itself",
                                   "its rows would be needed before they are there");
        return open_stream();
    }
    bind_chain(chain);
    if (flow != flows_.end()) return chain.out;
    const auto out = chain.branches.find(name.text);
    return out != chain.branches.end() ? out->second : open_stream();
}

Stream Flows::source_stream(Source& source) {
    if (source.is_bound) return source.stream;
    source.is_bound = true;
    source.stream = open_stream();
    if (source.decl->address == nullptr) return source.stream;
    source.bound = bind_source(*source.decl, context_);
    // Columns that could not be read are not those that the file has.
    if (!source.is_broken || source.decl->columns) source.stream.schema = source.bound.schema;
    source.stream.open = source.bound.open || source.is_broken;
    if (source.bound.incremental != nullptr) {
        source.stream.feed.incremental = &source.bound;
        const auto by = source.bound.schema->find(source.bound.incremental->names.front().text);
        if (by) source.stream.feed.by = *by;
    } else {
        source.stream.feed.full = !source.is_broken;
    }
    source.stream.port = {static_cast<std::uint32_t>(nodes_.size()), 0};
    BoundNode node;
    node.kind = NodeKind::source;
    node.name = source.decl->name.text;
    node.span = source.decl->name.span;
    node.outputs = {source.bound.schema};
    node.connector = source.bound.address ? source.bound.address->connector : nullptr;
    node.source = source.bound.request;
    node.source.source = source_count_++;
    nodes_.push_back(std::move(node));
    return source.stream;
}

Stream Flows::rejects_stream() {
    if (rejects_) return *rejects_;
    Stream stream;
    stream.schema = rejects_schema();
    stream.port = {static_cast<std::uint32_t>(nodes_.size()), 0};
    stream.has_meta = false;
    stream.no_meta = "a reject tells its file and line itself";
    stream.feed.full = true;
    BoundNode node;
    node.kind = NodeKind::source;
    node.name = "rejects";
    node.outputs = {stream.schema};
    node.is_rejects = true;
    nodes_.push_back(std::move(node));
    rejects_ = stream;
    return stream;
}

void Flows::bind_chain(Chain& chain) {
    if (chain.state == State::done) return;
    chain.state = State::busy;
    ++depth_;
    Stream start = find(chain.chain->from);
    const bool ended = bind_stages(chain, std::move(start));
    // Who reads it all the same says nothing of columns.
    if (chain.out.schema == nullptr) chain.out = open_stream();
    --depth_;
    chain.state = State::done;
    check_end(chain, ended);
}

/// False: rows come out at the end, to be read or lost.
bool Flows::bind_stages(Chain& chain, Stream stream) {
    const auto& stages = chain.chain->stages;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const ast::Stage& stage = stages[i];
        const bool can_bind = stage.spec != nullptr && !stage.is_broken;
        if (!can_bind) {
            stream = behind_unread(stage, std::move(stream));
            if (stage.word.text == "into" || stage.word.text == "route") return true;
            continue;
        }
        if (is_into(stage))
            add_into(chain, stage, stream);
        else
            stream = add_stage(chain, stage, stream);
        if (!stage.spec->ends_flow) continue;
        if (i + 1 < stages.size())
            context_.diagnostics.error("E306", stages[i + 1].word.span,
                                       "nothing comes behind `" + std::string(stage.spec->name) + "`",
                                       "the flow has ended", {"begin another flow: `from ...`"});
        return true;
    }
    chain.out = std::move(stream);
    return chain.is_broken;
}

Stream Flows::add_stage(Chain& chain, const ast::Stage& stage, const Stream& input) {
    StageResult result = bind_stage(stage, input, *this, context_);
    check_whole_input(stage, input, result.stage, context_);
    const bool broken = context_.has_syntax_error(stage.span);
    for (Stream& output : result.outputs) output.open = output.open || broken;
    BoundNode node;
    node.kind = NodeKind::stage;
    node.name = std::string(stage.spec->name);
    node.span = stage.span;
    node.inputs = std::move(result.inputs);
    for (const Stream& output : result.outputs) node.outputs.push_back(output.schema);
    node.stage = std::move(result.stage);
    node.stage_spec = stage.spec;
    node.flow = chain.key;
    node.words = words_of(stage);
    nodes_.push_back(std::move(node));
    for (std::size_t port = 0; port < result.port_names.size() && port < result.outputs.size(); ++port)
        chain.branches[result.port_names[port]] = result.outputs[port];
    return result.outputs.front();
}

void Flows::add_into(const Chain& chain, const ast::Stage& stage, const Stream& input) {
    BoundInto into = targets_.bind_into(stage, input, next_node(), context_);
    if (!into.good) return;
    into.target.flow = chain.key;
    if (into.projection) into.projection->flow = chain.key;
    if (into.projection) nodes_.push_back(std::move(*into.projection));
    nodes_.push_back(std::move(into.target));
}

void Flows::check_end(const Chain& chain, bool ended) {
    if (chain.is_broken) return;
    if (chain.name != nullptr && ended) {
        const ast::Stage& last = chain.chain->stages.back();
        context_.diagnostics.error("E307", last.word.span,
                                   "flow `" + chain.name->text + "` cannot end in `" + last.word.text + "`",
                                   "a flow with a name has rows for others to read",
                                   {"leave `flow " + chain.name->text + " =` out, or end it before and write `from " +
                                    chain.name->text + " | " + last.word.text + " ...`"});
    } else if (chain.name == nullptr && !ended) {
        context_.diagnostics.warning("W205", chain.chain->span, "the rows of this flow go nowhere",
                                     "it ends in neither `into` nor `route`", {"write `| into ...` behind it"});
    }
}

void Flows::warn_unused() {
    for (const auto& [name, branch] : branches_)
        if (!branch.is_read && !quiet_)
            context_.diagnostics.error("E308", branch.span, "nothing reads branch `" + name + "`",
                                       "its rows would be lost",
                                       {"write `from " + name + " | ...`, or send them to `discard`"});
    // Behind an error they may only follow from it: a name that is misspelt where it is read.
    if (context_.diagnostics.has_errors()) return;
    targets_.warn_unused(context_);
    for (const auto& [name, number] : flows_) {
        const Chain& chain = chains_[number];
        if (!chain.is_read && !chain.is_broken)
            context_.diagnostics.warning("W203", chain.name->span, "nothing reads flow `" + name + "`",
                                         "no flow begins with `from " + name + "`");
    }
    for (const auto& [name, source] : sources_)
        if (!source.is_read && !source.is_broken)
            context_.diagnostics.warning("W204", source.decl->name.span, "nothing reads source `" + name + "`",
                                         "no flow begins with `from " + name + "`");
}

/// All sources are bound: a `--from` may be any's.
void Flows::begin_sources() {
    std::vector<BoundSource*> incremental;
    for (const std::string& name : source_order_)
        if (BoundSource& bound = sources_[name].bound; bound.incremental != nullptr) incremental.push_back(&bound);
    take_from(incremental, context_);
    for (const std::string& name : source_order_)
        if (const Source& source = sources_[name]; source.bound.incremental != nullptr)
            nodes_[source.stream.port.node].source.incremental = source.bound.request.incremental;
}

std::vector<BoundNode> Flows::bind(const ast::Expr* rejects) {
    find_live();
    for (Chain& chain : chains_)
        if (chain.is_live) bind_chain(chain);
    if (rejects != nullptr)
        if (auto node = targets_.bind_rejects(*rejects, context_); node) nodes_.push_back(std::move(*node));
    const std::size_t live = nodes_.size();
    // What leads nowhere is bound for its diagnostics only.
    for (Chain& chain : chains_) bind_chain(chain);
    for (const std::string& name : source_order_) source_stream(sources_[name]);
    begin_sources();
    targets_.check_unused(context_);
    std::vector<const Address*> read;
    for (const std::string& name : source_order_)
        if (const auto& address = sources_[name].bound.address; address) read.push_back(&*address);
    targets_.check_sources(read, context_);
    targets_.check_commits(context_);
    warn_unused();
    nodes_.resize(live);
    return std::move(nodes_);
}

}  // namespace etl::bind

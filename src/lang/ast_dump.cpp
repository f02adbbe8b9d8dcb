#include "component/stage_spec.hpp"
#include "lang/ast.hpp"

namespace etl::ast {

namespace {

/// Writes S-expressions. What two spellings of one meaning share is the same; texts are shown decoded.
class Dump {
  public:
    void file(const File& file) {
        if (file.edition) out_ += "(etl " + file.edition->number.text + ")\n";
        for (const Declaration& decl : file.declarations) {
            declaration(decl);
            out_ += "\n";
        }
    }
    void expr(const ExprPtr& expr) {
        space();
        if (expr == nullptr)
            out_ += "-";
        else
            expr_node(*expr);
    }
    void expr_node(const Expr& expr) {
        if (expr.in_parentheses) out_ += "(group ";
        std::visit(*this, expr.node);
        if (expr.in_parentheses) out_ += ")";
    }
    std::string take() { return std::move(out_); }

    // Expressions.
    void operator()(const Literal& literal) {
        static constexpr const char* kKinds[] = {"null", "bool",     "int",  "decimal", "float",
                                                 "text", "duration", "size", "range",   "share"};
        out_ += std::string("(") + kKinds[static_cast<std::size_t>(literal.kind)];
        if (literal.kind == LiteralKind::text)
            out_ +=
                std::string(literal.is_raw ? " raw " : " ") + std::to_string(literal.text.size()) + ":" + literal.text;
        else
            out_ += " " + literal.text + "/" + std::to_string(literal.value) + "/" + std::to_string(literal.range_end);
        out_ += ")";
    }
    void operator()(const Reference& node) { name(node.name); }
    void operator()(const Parameter& node) { name(node.name); }
    void operator()(const Member& node) {
        open("member");
        expr(node.object);
        name(node.name);
        close();
    }
    void operator()(const Call& node) {
        open(node.object == nullptr ? "call" : "method");
        if (node.object != nullptr) expr(node.object);
        name(node.name);
        arguments(node.arguments);
        close();
    }
    void operator()(const Index& node) {
        open("index");
        expr(node.object);
        expr(node.index);
        close();
    }
    void operator()(const Unary& node) {
        open(node.op == UnaryOp::negate ? "neg" : "not");
        expr(node.operand);
        close();
    }
    void operator()(const Binary& node) {
        static constexpr const char* kSigns[] = {
            "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "??", "+", "-", "*", "/", "%"};
        open(kSigns[static_cast<std::size_t>(node.op)]);
        expr(node.left);
        expr(node.right);
        close();
    }
    void operator()(const IsNull& node) {
        open(node.negated ? "is not null" : "is null");
        expr(node.operand);
        close();
    }
    void operator()(const Conditional& node) {
        open("if");
        expr(node.condition);
        expr(node.yes);
        expr(node.no);
        close();
    }
    void operator()(const Match& node) {
        open("match");
        expr(node.subject);
        for (const MatchArm& arm : node.arms.items) {
            open("arm");
            for (const ExprPtr& pattern : arm.patterns) expr(pattern);
            word("->");
            expr(arm.value);
            close();
        }
        close();
    }
    void operator()(const Record& node) {
        open("record");
        assigns(node.fields);
        close();
    }
    void operator()(const List& node) {
        open("list");
        for (const ExprPtr& item : node.items) expr(item);
        close();
    }
    void operator()(const Lambda& node) {
        open("lambda");
        name(node.parameter);
        expr(node.body);
        close();
    }
    void operator()(const FString& node) {
        open("format");
        for (const FStringPart& part : node.parts) {
            if (part.value == nullptr) {
                word(std::to_string(part.text.size()) + ":" + part.text);
                continue;
            }
            expr(part.value);
            if (part.format) literal(*part.format);
        }
        close();
    }

    // Values of the parts of a stage.
    void operator()(std::monostate) { word("-"); }
    void operator()(const Name& value) { name(value); }
    void operator()(const Names& value) { names(value); }
    void operator()(const Path& value) { path(value); }
    void operator()(const Paths& value) {
        open("paths");
        for (const Path& one : value) path(one);
        close();
    }
    void operator()(const Selector& value) {
        open(value.kind == Selector::Kind::all ? "all" : value.kind == Selector::Kind::names ? "pick" : "pattern");
        if (value.type) name(*value.type);
        if (!value.except.empty()) names(value.except);
        if (!value.names.empty()) names(value.names);
        if (value.parenthesized) word("listed");
        if (value.pattern) literal(*value.pattern);
        close();
    }
    void operator()(const ExprPtr& value) { expr(value); }
    void operator()(const std::vector<SortKey>& value) {
        open("sort");
        for (const SortKey& key : value) {
            open("key");
            expr(key.value);
            if (key.direction) name(*key.direction);
            if (key.nulls) name(*key.nulls);
            close();
        }
        close();
    }
    void operator()(const Item& value) {
        if (value.kind == Item::Kind::path) return path(value.path);
        open(value.kind == Item::Kind::star ? "star" : "=");
        if (value.kind == Item::Kind::star) {
            names(value.except);
        } else {
            name(value.name);
            expr(value.value);
        }
        close();
    }
    void operator()(const std::vector<Item>& value) {
        open("items");
        for (const Item& item : value) (*this)(item);
        close();
    }
    void operator()(const Pair& value) {
        open("->");
        path(value.from);
        name(value.to);
        close();
    }
    void operator()(const std::vector<Pair>& value) {
        for (const Pair& pair : value) (*this)(pair);
    }
    void operator()(const Assign& value) {
        open("=");
        name(value.name);
        expr(value.value);
        close();
    }
    void operator()(const Column& value) {
        open("column");
        name(value.name);
        type(value.type);
        if (value.from) {
            word("from");
            literal(*value.from);
        }
        for (const Literal& format : value.formats) literal(format);
        if (value.formats_listed) word("listed");
        if (value.is_key) word("key");
        if (value.is_private) word("private");
        close();
    }
    void operator()(const CleanItem& value) {
        open("clean");
        (*this)(value.selector);
        for (const CleanRule& rule : value.rules) {
            name(rule.name);
            if (rule.has_arguments) arguments(rule.arguments);
        }
        close();
    }
    void operator()(const Check& value) {
        open("check");
        expr(value.condition);
        expr(value.message);
        if (value.action) name(*value.action);
        close();
    }
    void operator()(const Branch& value) {
        open("branch");
        expr(value.condition);
        name(value.target);
        close();
    }
    template <typename Kind>
    void operator()(const Block<Kind>& value) {
        open("block");
        for (const Kind& item : value.items) (*this)(item);
        close();
    }
    void operator()(const Type& value) { type(value); }
    void operator()(const Mode& value) {
        static constexpr const char* kModes[] = {"append", "replace", "upsert", "update", "delete", "history"};
        open(kModes[static_cast<std::size_t>(value.kind)]);
        if (value.always) word("always");
        names(value.keys);
        expr(value.where);
        expr(value.delete_when);
        if (value.at) path(*value.at);
        close();
    }
    void operator()(const Keep& value) {
        open(value.latest ? "latest" : "earliest");
        expr(value.value);
        close();
    }

    // Declarations.
    void operator()(const PipelineDecl& decl) {
        word("pipeline");
        name(decl.name);
        assigns(decl.settings);
    }
    void operator()(const ImportDecl& decl) {
        word("import");
        literal(decl.path);
    }
    void operator()(const ParamDecl& decl) {
        word("param");
        name(decl.name);
        type(decl.type);
        expr(decl.default_value);
    }
    void operator()(const ConnectionDecl& decl) {
        word("connection");
        name(decl.name);
        expr(decl.value);
    }
    void operator()(const FunctionDecl& decl) {
        word("fn");
        name(decl.name);
        formals(decl.parameters);
        expr(decl.body);
    }
    void operator()(const StageDecl& decl) {
        word("stage");
        name(decl.name);
        formals(decl.parameters);
        stages(decl.stages);
    }
    void operator()(const SourceDecl& decl) {
        word("source");
        name(decl.name);
        expr(decl.address);
        if (decl.columns) (*this)(*decl.columns);
        for (const SourceClause& clause : decl.clauses) source_clause(clause);
    }
    void operator()(const TargetDecl& decl) {
        word("target");
        name(decl.name);
        expr(decl.address);
        if (decl.columns) (*this)(*decl.columns);
    }
    void operator()(const FlowDecl& decl) {
        word("flow");
        name(decl.name);
        chain(decl.chain);
    }
    void operator()(const ChainDecl& decl) { chain(decl.chain); }
    void operator()(const TestDecl& decl) {
        word("test");
        literal(decl.title);
        for (const TestItem& item : decl.items.items) {
            open(item.kind == TestItem::Kind::given    ? "given"
                 : item.kind == TestItem::Kind::expect ? "expect"
                 : item.kind == TestItem::Kind::at     ? "at"
                                                       : "run");
            if (item.path) path(*item.path);
            if (item.literal) literal(*item.literal);
            expr(item.value);
            close();
        }
    }

  private:
    void open(const char* what) {
        space();
        out_ += std::string("(") + what;
    }
    void close() { out_ += ")"; }
    void space() {
        if (!out_.empty() && out_.back() != '\n' && out_.back() != ' ' && out_.back() != '(') out_ += ' ';
    }
    void word(const std::string& text) {
        space();
        out_ += text;
    }
    void name(const Name& value) { word((value.is_param ? "$" : "") + value.text); }
    void names(const Names& value) {
        open("names");
        for (const Name& one : value) name(one);
        close();
    }
    void path(const Path& value) {
        open("path");
        for (const Name& one : value.names) name(one);
        close();
    }
    void literal(const Literal& value) {
        space();
        (*this)(value);
    }
    void assigns(const Block<Assign>& value) { (*this)(value); }
    void arguments(const std::vector<Argument>& value) {
        open("args");
        for (const Argument& argument : value) {
            if (argument.name) word(argument.name->text + "=");
            space();
            expr(argument.value);
        }
        close();
    }
    void type(const Type& value) {
        open("type");
        name(value.name);
        for (const Type& element : value.element) type(element);
        if (!value.columns.items.empty()) (*this)(value.columns);
        if (value.precision) literal(*value.precision);
        if (value.scale) literal(*value.scale);
        if (!value.choices.empty()) arguments(value.choices);
        if (value.nullable) word("?");
        close();
    }
    void formals(const std::vector<Formal>& value) {
        open("formals");
        for (const Formal& formal : value) {
            name(formal.name);
            if (formal.type) type(*formal.type);
        }
        close();
    }
    void source_clause(const SourceClause& clause) {
        static constexpr const char* kClauses[] = {"key", "strict", "split", "incremental"};
        static constexpr const char* kOptions[] = {"since", "until", "lag", "null", "changed"};
        open(kClauses[static_cast<std::size_t>(clause.kind)]);
        names(clause.names);
        if (clause.into) literal(*clause.into);
        for (const IncrementalOption& option : clause.options) {
            open(kOptions[static_cast<std::size_t>(option.kind)]);
            expr(option.value);
            if (option.choice) name(*option.choice);
            close();
        }
        close();
    }
    void chain(const Chain& value) {
        open("from");
        name(value.from);
        stages(value.stages);
        close();
    }
    void stages(const std::vector<Stage>& value) {
        for (const Stage& stage : value) {
            out_ += "\n  ";
            open(stage.is_broken ? "broken" : "|");
            name(stage.word);
            if (stage.is_call) arguments(stage.arguments);
            for (const StagePartValue& part : stage.parts) {
                space();
                std::visit(*this, part.value);
            }
            close();
        }
    }
    void declaration(const Declaration& decl) {
        open(decl.is_broken ? "broken" : "declare");
        if (!decl.doc.empty()) word("doc:" + decl.doc);
        std::visit(*this, decl.node);
        close();
    }

    std::string out_;
};

}  // namespace

std::string dump(const File& file) {
    Dump dump;
    dump.file(file);
    return dump.take();
}

std::string dump(const Expr& expr) {
    Dump dump;
    dump.expr_node(expr);
    return dump.take();
}

}  // namespace etl::ast

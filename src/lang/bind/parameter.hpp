#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "expr/expression.hpp"
#include "lang/ast.hpp"

namespace etl::bind {

struct Context;

/// The params of a pipeline: `$name` is a constant. Each is found out when it is first asked for.
class Parameters {
  public:
    /// E202 for two alike. is_broken: it could not be read in full, which was reported.
    void declare(const ast::ParamDecl& decl, bool is_broken, Context& context);
    /// E226 for values on the command line that no param takes; etl.toml's are for several pipelines.
    void check_given(Context& context);
    /// Finds out every param, for its diagnostics.
    void bind_all(Context& context);
    /// A constant; nullptr for a param that failed (reported there) or an unknown one (E226).
    ExprPtr use(const ast::Name& name, SourceSpan span, Context& context);
    /// Names and values, as people may see them: *** for what is private or is called like a password.
    std::vector<std::pair<std::string, std::string>> values(const Context& context) const;

  private:
    enum class State : std::uint8_t { open, busy, done };
    struct Entry {
        const ast::ParamDecl* decl = nullptr;
        State state = State::open;
        ExprPtr value;
    };
    ExprPtr find_out(Entry& entry, Context& context);
    ExprPtr given_value(const ast::ParamDecl& decl, const DataType* type, Context& context, bool& given);
    ExprPtr default_value(const ast::ParamDecl& decl, const DataType* type, Context& context);

    std::vector<std::string> order_;
    std::map<std::string, Entry> entries_;
};

}  // namespace etl::bind

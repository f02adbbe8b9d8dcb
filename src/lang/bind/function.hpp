#pragma once

#include <map>
#include <string>
#include <vector>

#include "expr/resolve.hpp"
#include "lang/ast.hpp"

namespace etl::bind {

struct Context;

/// A function written in the language, of the pipeline or of the standard library.
struct WrittenFunction {
    const ast::FunctionDecl* decl = nullptr;
    bool is_standard = false;
    bool is_sound = true;                // false: its declaration has errors, which are reported there
    std::vector<const DataType*> types;  // by parameter; nullptr: the argument's
    std::vector<bool> any_decimal;       // by parameter: `decimal` without digits
};

/// The functions of `fn`: a call is replaced by the body with the arguments in it.
class Functions {
  public:
    void declare(const ast::FunctionDecl& decl, bool is_standard, Context& context);
    /// Checks every body as far as it can be without arguments.
    void check_all(Context& context);
    /// The function that a call means; the standard library sees its own only. nullptr: none written in the language.
    const WrittenFunction* find(std::string_view name, bool from_standard) const;
    /// The body with the arguments in it; nullptr after a diagnostic or for an argument that failed.
    ExprPtr expand(const WrittenFunction& function, std::vector<BoundArgument> arguments, SourceSpan call,
                   Context& context, Diagnostics& diagnostics);
    std::vector<std::string> names() const;

  private:
    bool place_arguments(const WrittenFunction& function, std::vector<BoundArgument>& arguments, SourceSpan call,
                         std::map<std::string, ExprPtr>& formals, Context& context, Diagnostics& diagnostics) const;
    ExprPtr fit_argument(const WrittenFunction& function, std::size_t number, ExprPtr value, Context& context,
                         Diagnostics& diagnostics) const;
    void check(WrittenFunction& function, Context& context);

    std::map<std::string, WrittenFunction, std::less<>> own_;
    std::map<std::string, WrittenFunction, std::less<>> standard_;
    std::vector<const WrittenFunction*> active_;
    std::uint64_t expanded_ = 0;
};

/// "shorten(value: text, most: int)"
std::string signature(const ast::FunctionDecl& decl, const SourceTexts& texts);

}  // namespace etl::bind

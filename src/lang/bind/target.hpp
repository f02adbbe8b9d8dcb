#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/address.hpp"
#include "lang/bind/stream.hpp"

namespace etl::bind {

/// What `into` becomes: nodes to be added behind the stream, the last one the target.
struct BoundInto {
    std::optional<BoundNode> projection;  // brings the columns into the order and types that the target declares
    BoundNode target;
    bool good = false;
};

/// The targets of a pipeline and what goes into them.
class Targets {
  public:
    void declare(const ast::TargetDecl& decl, bool is_broken, Context& context);
    /// Binds `into`; `number` is that of the first node that it becomes.
    BoundInto bind_into(const ast::Stage& stage, const Stream& input, std::uint32_t number, Context& context);
    /// The target of the setting `rejects`: a name or an address.
    std::optional<BoundNode> bind_rejects(const ast::Expr& address, Context& context);
    /// Checks the declarations that nothing goes into.
    void check_unused(Context& context);
    void warn_unused(Context& context) const;
    /// E447 for a target that a source reads, too.
    void check_sources(const std::vector<const Address*>& sources, Context& context) const;
    /// E460 for a `commit_every` that no target heeds.
    void check_commits(Context& context) const;

  private:
    struct Declared {
        const ast::TargetDecl* decl = nullptr;
        bool is_broken = false;
        bool is_used = false;
    };
    struct Written {
        Address address;
        WriteMode mode;
        SourceSpan span;
        bool commits = false;
        bool whole = false;  // shows at the end of the run only
    };
    const ast::TargetDecl* find(const ast::Expr& address, Context& context, bool& failed);
    bool add_written(const Written& written, Context& context);

    std::map<std::string, Declared> declared_;
    std::vector<Written> written_;
};

}  // namespace etl::bind

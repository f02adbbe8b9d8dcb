#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/source.hpp"
#include "lang/bind/stage.hpp"
#include "lang/bind/target.hpp"

namespace etl::bind {

/// The flows of a pipeline: finds what each name stands for, binds every chain behind what it reads, and orders the
/// nodes so that inputs come before their readers.
class Flows final : public StreamFinder {
  public:
    explicit Flows(Context& context) : context_(context) {}

    void declare(const ast::SourceDecl& decl, bool is_broken);
    void declare(const ast::FlowDecl& decl, bool is_broken);
    void declare(const ast::ChainDecl& decl, bool is_broken);
    /// A declaration could not be read: it may have declared any name.
    void expect_unknown_names() { quiet_ = true; }
    Targets& targets() { return targets_; }

    /// Binds everything; the nodes that lead to a target come back. `rejects`: the address of the setting, or nullptr.
    std::vector<BoundNode> bind(const ast::Expr* rejects);

    Stream find(const ast::Name& name) override;
    std::uint32_t next_node() const override { return static_cast<std::uint32_t>(nodes_.size()); }

  private:
    enum class State : std::uint8_t { open, busy, done };
    struct Source {
        const ast::SourceDecl* decl = nullptr;
        bool is_broken = false;
        bool is_bound = false;
        bool is_read = false;
        BoundSource bound;
        Stream stream;
    };
    struct Chain {
        const ast::Chain* chain = nullptr;
        const ast::Name* name = nullptr;  // of a flow
        std::string key;                  // BoundNode::flow
        bool is_broken = false;
        bool is_live = false;
        bool is_read = false;
        State state = State::open;
        Stream out;                              // of a flow
        std::map<std::string, Stream> branches;  // of one that ends in `route`
    };
    struct Branch {
        std::size_t chain = 0;
        SourceSpan span;
        bool is_read = false;
    };

    bool take_name(const ast::Name& name);
    void add_chain(const ast::Chain& chain, const ast::Name* name, bool is_broken);
    void find_live();
    std::vector<const ast::Name*> reads_of(const ast::Chain& chain) const;
    Stream unknown_name(const ast::Name& name);
    Stream open_stream() const;
    Stream source_stream(Source& source);
    void begin_sources();
    Stream rejects_stream();
    void bind_chain(Chain& chain);
    bool bind_stages(Chain& chain, Stream stream);
    Stream add_stage(Chain& chain, const ast::Stage& stage, const Stream& input);
    void add_into(const Chain& chain, const ast::Stage& stage, const Stream& input);
    std::string key_of(const ast::Chain& chain, const ast::Name* name) const;
    void warn_unused();
    void check_end(const Chain& chain, bool ended);

    Context& context_;
    Targets targets_;
    bool quiet_ = false;
    std::map<std::string, SourceSpan> names_;  // of sources, flows and branches
    std::vector<std::string> source_order_;
    std::map<std::string, Source> sources_;
    std::deque<Chain> chains_;
    std::map<std::string, std::size_t> flows_;  // by name: the chain
    std::map<std::string, Branch> branches_;
    std::vector<BoundNode> nodes_;
    std::uint32_t source_count_ = 0;
    std::optional<Stream> rejects_;
    std::size_t depth_ = 0;
};

}  // namespace etl::bind

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "lang/ast.hpp"
#include "lang/settings/config.hpp"

namespace etl::bind {

struct Context;

/// A place with members: a database.
struct Connection {
    const ConnectorSpec* spec = nullptr;  // nullptr: its declaration is wrong, which was reported
    OptionValues options;
    std::filesystem::path folder;  // that its relative paths start at
};

/// The connections of a pipeline and of etl.toml, each checked when it is first asked for.
class Connections {
  public:
    void declare(const ast::ConnectionDecl& decl, Context& context);
    /// Those of etl.toml: below the pipeline's own, but for those of the chosen profile.
    void add_config(const Config& config);
    /// Checks those of the pipeline, used or not.
    void bind_all(Context& context);
    bool has(const std::string& name) const { return entries_.contains(name); }
    const Connection& find(const std::string& name, Context& context);
    std::vector<std::string> names() const;

  private:
    struct Entry {
        const ast::ConnectionDecl* decl = nullptr;
        const ConfigConnection* config = nullptr;
        bool is_bound = false;
        Connection connection;
    };
    std::map<std::string, Entry> entries_;
};

/// `kind(…)` as in `connection NAME = kind(…)`, which an address may hold too.
Connection bind_connection(const ast::Expr& expr, Context& context);

}  // namespace etl::bind

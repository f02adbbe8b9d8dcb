#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "component/connector_spec.hpp"
#include "lang/ast.hpp"
#include "lang/bind/context.hpp"

namespace etl::bind {

/// Where rows come from or go to, checked: a file in a format, or a member of a connection.
struct Address {
    const ConnectorSpec* connector = nullptr;
    const FormatSpec* format = nullptr;  // of files
    OptionValues options;                // of the format, of a table's target
    OptionValues connection;
    std::string path;             // of files
    std::string member;           // "table", "query"
    std::string member_argument;  // the table's name, the query's text
    std::filesystem::path folder;
    SourceSpan span;

    bool is_file() const { return format != nullptr; }
    /// The absolute path of a file; "-" for standard input and output.
    std::string full_path() const;
    /// The same for two addresses of one place.
    std::string identity() const;
};

enum class AddressUse : std::uint8_t { source, target };

/// Where to show what a format says of its options: at the one that the message names, else `otherwise`.
SourceSpan option_place(const Error& error, const FormatSpec* format, const OptionValues& options,
                        SourceSpan otherwise);

/// `csv("…", option = …)`, `shop.table("orders")`. `block`: the options of `into … { }`. Nothing after a diagnostic.
std::optional<Address> bind_address(const ast::Expr& expr, AddressUse use, const std::vector<ast::Assign>* block,
                                    Context& context);

}  // namespace etl::bind

#pragma once

#include <algorithm>
#include <iterator>

#include "component/stage_spec.hpp"
#include "lang/parser.hpp"

/// A spec for every stage of the language, also those that are not built, without what they do: for tests of the
/// syntax.
namespace etl::stage_table {

inline constexpr StagePart kMap[] = {{.kind = PartKind::map_items}};
inline constexpr StagePart kSet[] = {{.kind = PartKind::assigns}};
inline constexpr StagePart kCast[] = {{.kind = PartKind::columns}};
inline constexpr StagePart kDrop[] = {{.kind = PartKind::pick}};
inline constexpr StagePart kRename[] = {{.kind = PartKind::pairs}};
inline constexpr StagePart kFilter[] = {{.kind = PartKind::expr}};
inline constexpr StagePart kCleanse[] = {{.kind = PartKind::clean_rules}};
inline constexpr StagePart kChecks[] = {{.kind = PartKind::checks}};
inline constexpr StagePart kRoute[] = {{.kind = PartKind::branches, .role = PartRole::output}};
inline constexpr StagePart kJoin[] = {
    {.kind = PartKind::word, .word = "left|right|full|semi|anti|cross", .required = false},
    {.kind = PartKind::name, .role = PartRole::input},
    {.kind = PartKind::name, .word = "as", .required = false, .role = PartRole::alias},
    {.kind = PartKind::expr, .word = "on", .required = false, .scope = PartScope::joined}};
inline constexpr StagePart kLookup[] = {
    {.kind = PartKind::name, .role = PartRole::input},
    {.kind = PartKind::name, .word = "as", .required = false, .role = PartRole::alias},
    {.kind = PartKind::expr, .word = "on", .scope = PartScope::joined},
    {.kind = PartKind::keep, .word = "keep", .required = false, .scope = PartScope::named}};
inline constexpr StagePart kGroup[] = {{.kind = PartKind::word, .word = "per run", .required = false},
                                       {.kind = PartKind::group_keys, .word = "by", .required = false},
                                       {.kind = PartKind::assigns, .scope = PartScope::aggregate}};
inline constexpr StagePart kWindow[] = {{.kind = PartKind::word, .word = "per run", .required = false},
                                        {.kind = PartKind::paths, .word = "by", .required = false},
                                        {.kind = PartKind::sort_keys, .word = "sort by", .required = false},
                                        {.kind = PartKind::literal, .word = "over last", .required = false},
                                        {.kind = PartKind::assigns}};
inline constexpr StagePart kDistinct[] = {{.kind = PartKind::paths, .word = "by", .required = false}};
inline constexpr StagePart kDedupe[] = {{.kind = PartKind::paths, .word = "by"}, {.kind = PartKind::keep}};
inline constexpr StagePart kSort[] = {{.kind = PartKind::sort_keys, .word = "by"}};
inline constexpr StagePart kLimit[] = {{.kind = PartKind::expr, .scope = PartScope::constant}};
inline constexpr StagePart kSample[] = {{.kind = PartKind::share}};
inline constexpr StagePart kExplode[] = {{.kind = PartKind::path},
                                         {.kind = PartKind::name, .word = "as"},
                                         {.kind = PartKind::name, .word = "at", .required = false},
                                         {.kind = PartKind::word, .word = "keep empty", .required = false}};
inline constexpr StagePart kPivot[] = {{.kind = PartKind::word, .word = "per run", .required = false},
                                       {.kind = PartKind::path},
                                       {.kind = PartKind::list, .word = "in"},
                                       {.kind = PartKind::paths, .word = "by"},
                                       {.kind = PartKind::assigns}};
inline constexpr StagePart kUnpivot[] = {{.kind = PartKind::pick}, {.kind = PartKind::name_list, .word = "into"}};
inline constexpr StagePart kUnion[] = {{.kind = PartKind::name, .repeated = true, .role = PartRole::input}};
inline constexpr StagePart kCall[] = {
    {.kind = PartKind::expr}, {.kind = PartKind::name, .word = "as"}, {.kind = PartKind::type, .required = false}};
inline constexpr StagePart kInto[] = {
    {.kind = PartKind::address},
    {.kind = PartKind::mode, .required = false},
    {.kind = PartKind::name, .word = "partition by", .required = false, .repeated = true},
    {.kind = PartKind::assigns, .required = false}};

inline constexpr StageSpec spec_of(std::string_view name, std::span<const StagePart> parts) {
    return {.name = name, .summary = {}, .parts = parts, .examples = {}, .bind = nullptr};
}

inline constexpr StageSpec kSpecs[] = {
    spec_of("map", kMap),         spec_of("set", kSet),         spec_of("cast", kCast),
    spec_of("drop", kDrop),       spec_of("rename", kRename),   spec_of("filter", kFilter),
    spec_of("cleanse", kCleanse), spec_of("validate", kChecks), spec_of("check", kChecks),
    spec_of("route", kRoute),     spec_of("join", kJoin),       spec_of("lookup", kLookup),
    spec_of("group", kGroup),     spec_of("window", kWindow),   spec_of("distinct", kDistinct),
    spec_of("dedupe", kDedupe),   spec_of("sort", kSort),       spec_of("limit", kLimit),
    spec_of("sample", kSample),   spec_of("explode", kExplode), spec_of("pivot", kPivot),
    spec_of("unpivot", kUnpivot), spec_of("union", kUnion),     spec_of("call", kCall),
    spec_of("into", kInto)};

inline StageTable all_stages() {
    return {[](std::string_view name) -> const StageSpec* {
                const auto* found = std::find_if(std::begin(kSpecs), std::end(kSpecs),
                                                 [&](const StageSpec& spec) { return spec.name == name; });
                return found == std::end(kSpecs) ? nullptr : found;
            },
            [] {
                std::vector<std::string> names;
                for (const StageSpec& spec : kSpecs) names.emplace_back(spec.name);
                return names;
            }};
}

}  // namespace etl::stage_table

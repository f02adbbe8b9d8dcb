#include "lang/bound_pipeline.hpp"

namespace etl {

SchemaPtr rejects_schema() {
    static const SchemaPtr schema = [] {
        const DataType* text = simple_type(TypeKind::text);
        const DataType* maybe = simple_type(TypeKind::text, true);
        Schema made;
        made.fields = {{"time", simple_type(TypeKind::timestamp), {}, false},
                       {"stage", text, {}, false},
                       {"column", maybe, {}, false},
                       {"value", maybe, {}, false},
                       {"reason", text, {}, false},
                       {"file", maybe, {}, false},
                       {"line", simple_type(TypeKind::integer, true), {}, false},
                       {"shard", maybe, {}, false},
                       {"row", maybe, {}, false}};
        return std::make_shared<const Schema>(std::move(made));
    }();
    return schema;
}

}  // namespace etl

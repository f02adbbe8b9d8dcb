#include "component/evaluation.hpp"

namespace etl {

EvaluationContext evaluation_context(const RunContext& run) {
    EvaluationContext context;
    context.run_id = run.run_id;
    context.time_us = run.start_us;
    context.seed = run.seed;
    context.names = &run;
    context.file_name = [](const void* names, std::uint32_t source, std::uint32_t file) {
        return static_cast<const RunContext*>(names)->file_name(source, file);
    };
    return context;
}

}  // namespace etl

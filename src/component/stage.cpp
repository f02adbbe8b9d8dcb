#include "component/stage.hpp"

namespace etl {

void StageOperator::combine(Slot& /*slot*/, std::uint32_t /*input*/) {}

void StageOperator::finish(Slot& /*slot*/, Emitter& /*out*/) {}

}  // namespace etl

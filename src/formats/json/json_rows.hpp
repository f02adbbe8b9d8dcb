#pragma once

#include <cstdint>
#include <vector>

#include "component/connector_spec.hpp"
#include "formats/json/json_column.hpp"
#include "formats/json/json_text.hpp"

namespace etl {

/// Reads objects, wherever they stand in a block, into rows.
class JsonRowDecoder : public Decoder {
  public:
    explicit JsonRowDecoder(const SourceRequest& request);
    std::unique_ptr<Slot> make_slot(RunContext& run) override;
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override;

  private:
    struct Rows;  // of a worker

    /// The records of a block, in order; nothing but spaces and commas stands between them.
    virtual void index(const Block& block, std::vector<JsonSpan>& rows) const = 0;

    void set_records(const Block& block, Batch& batch, Rows& state) const;
    bool hides() const;
    const std::uint32_t* read_row(Rows& state, Batch& batch, const std::uint32_t* at, JsonSpan record,
                                  std::uint32_t row, std::uint32_t stage) const;
    void read_alone(Rows& state, Batch& batch, const char* bytes, std::uint32_t row, std::uint32_t stage) const;
    void refuse(Batch& batch, std::uint32_t row, std::uint32_t stage, const JsonFailure& failure) const;

    SourceSpan span_;
    std::vector<JsonField> fields_;
};

}  // namespace etl

#include "formats/json/json_document.hpp"
#include "formats/json/json_format.hpp"
#include "formats/json/json_rows.hpp"

namespace etl {

namespace {

class JsonDecoder final : public JsonRowDecoder {
  public:
    explicit JsonDecoder(const SourceRequest& request)
        : JsonRowDecoder(request),
          encoding_(request.options.text("encoding")),
          document_(request.options.text("rows"), static_cast<std::uint64_t>(request.options.integer("max_record"))) {}

    std::optional<std::size_t> begin_file(std::span<const char> head, bool at_end, CutState& state,
                                          std::string_view file_name) override {
        const auto begin = json_text_begin(head, at_end, encoding_, file_name);
        if (!begin) return std::nullopt;
        document_.begin(std::string(file_name), *begin);
        if (at_end && head.size() == *begin) document_.end(state);
        return begin;
    }
    std::size_t cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state) override {
        return document_.cut(bytes, at_end, most_records, state);
    }
    void end_file(const CutState& state) override { document_.end(state); }
    bool is_document() const override { return true; }

  private:
    void index(const Block& block, std::vector<JsonSpan>& rows) const override {
        index_json_values({block.bytes.data(), block.size}, block.begin, rows);
    }

    std::string encoding_;
    JsonDocument document_;
};

}  // namespace

std::unique_ptr<Decoder> make_json_decoder(const SourceRequest& request) {
    return std::make_unique<JsonDecoder>(request);
}

}  // namespace etl

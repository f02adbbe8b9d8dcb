#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "data/scan.hpp"
#include "formats/json/json_format.hpp"
#include "formats/json/json_rows.hpp"

namespace etl {

namespace {

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

class JsonlDecoder final : public JsonRowDecoder {
  public:
    explicit JsonlDecoder(const SourceRequest& request)
        : JsonRowDecoder(request),
          encoding_(request.options.text("encoding")),
          most_bytes_(request.options.integer("max_record")) {}

    std::optional<std::size_t> begin_file(std::span<const char> head, bool at_end, CutState& /*state*/,
                                          std::string_view file_name) override {
        file_name_ = file_name;
        return json_text_begin(head, at_end, encoding_, file_name);
    }

    std::size_t cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state) override {
        const std::size_t end = most_records == 0 ? last_line_end(bytes) : line_end_of(bytes, most_records);
        const bool rest = at_end && end < bytes.size() && (most_records == 0 || end == 0);
        state.lines = scan_kernels().count_lines(bytes.data(), end);
        state.records = state.lines + (rest ? 1 : 0);
        const bool is_long = static_cast<std::int64_t>(bytes.size()) > most_bytes_;
        if (is_long && is_first_too_long(bytes, end, rest))
            throw Error("E431", file_name_ + ": line " + std::to_string(state.line) + " is longer than `max_record` (" +
                                    format_bytes(static_cast<std::uint64_t>(most_bytes_)) + ")");
        state.line += state.lines;
        state.record += state.records;
        return rest ? bytes.size() : end;
    }

  private:
    /// A line that is longer than what is read at once stands first in the bytes when its end has come.
    bool is_first_too_long(std::span<const char> bytes, std::size_t end, bool rest) const {
        constexpr std::int64_t kReadAtOnce_bytes = 256 * 1024;
        if (end == 0 && !rest) return true;
        const std::size_t first = end == 0 ? bytes.size() : line_end_of(bytes, 1);
        return static_cast<std::int64_t>(first) > std::max(most_bytes_, kReadAtOnce_bytes) + 1;
    }
    static std::size_t last_line_end(std::span<const char> bytes) {
        const void* found = ::memrchr(bytes.data(), '\n', bytes.size());
        return found == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
    }

    /// Behind the n-th line end, or the last there is.
    static std::size_t line_end_of(std::span<const char> bytes, std::uint32_t lines) {
        std::size_t end = 0;
        for (; lines > 0; --lines) {
            const void* found = std::memchr(bytes.data() + end, '\n', bytes.size() - end);
            if (found == nullptr) break;
            end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
        }
        return end;
    }

    void index(const Block& block, std::vector<JsonSpan>& rows) const override {
        const char* const bytes = block.bytes.data();
        for (std::uint32_t at = block.begin; at < block.size;) {
            const void* found = std::memchr(bytes + at, '\n', block.size - at);
            const auto stop =
                found == nullptr ? block.size : static_cast<std::uint32_t>(static_cast<const char*>(found) - bytes);
            if (stop > at && (bytes[at] == '{' || !is_blank({bytes + at, stop - at}))) rows.push_back({at, stop});
            at = stop + 1;
        }
    }

    std::string encoding_;
    std::string file_name_;  // of the file that is being cut
    std::int64_t most_bytes_;
};

}  // namespace

std::unique_ptr<Decoder> make_jsonl_decoder(const SourceRequest& request) {
    return std::make_unique<JsonlDecoder>(request);
}

}  // namespace etl

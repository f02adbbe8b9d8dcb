#pragma once

#include <memory>
#include <span>
#include <vector>

#include "component/connector_spec.hpp"

namespace etl {

// JSON Lines: an object a line.
std::vector<SourceColumn> discover_jsonl(std::span<const char> head, bool at_end, const OptionValues& options);
std::unique_ptr<Decoder> make_jsonl_decoder(const SourceRequest& request);
std::unique_ptr<Encoder> make_jsonl_encoder(const SinkRequest& request);

// One document a file.
std::vector<SourceColumn> discover_json(std::span<const char> head, bool at_end, const OptionValues& options);
std::unique_ptr<Decoder> make_json_decoder(const SourceRequest& request);
std::unique_ptr<Encoder> make_json_encoder(const SinkRequest& request);

}  // namespace etl

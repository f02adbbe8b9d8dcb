#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "component/connector_spec.hpp"

namespace etl {

/// What a partition's folder is called: "year=2024", with %XX for what a path cannot hold; nothing for a null.
std::string partition_folder(std::string_view column, const std::string* value);

/// The request for one partition's file: its columns are all but those of `partition by`.
SinkRequest without_partitions(const SinkRequest& request);

/// Sorts rows by the columns of `partition by`. A chunk's bytes are pieces, each with the folders it belongs to.
std::unique_ptr<Encoder> make_partition_encoder(const SinkRequest& request);

/// Calls body("year=2024/month=3", bytes) for each piece of such a chunk.
void for_each_partition(const Chunk& chunk, const std::function<void(std::string_view, std::string_view)>& body);

}  // namespace etl

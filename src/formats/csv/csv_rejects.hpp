#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "data/unpack.hpp"
#include "formats/csv/csv_records.hpp"

namespace etl {

/// The fields of a block that do not fit their columns.
class CsvRejects {
  public:
    struct Entry {
        std::uint32_t row;
        std::uint32_t column;
        ParseResult why;
    };
    void clear() { entries_.clear(); }
    void add(std::uint32_t column, const std::vector<ParseFailure>& failures);
    /// In order of rows, the first column of each.
    const std::vector<Entry>& first_of_rows();

  private:
    std::vector<Entry> entries_;
};

/// Turns what is wrong with a block's records into the batch's rejects.
class CsvRejectWriter {
  public:
    CsvRejectWriter(const SourceRequest& request, const CsvOptions& options);
    /// Takes the rows of `fields` out of the batch's selection, appends the rejects of these and of the bad records in
    /// the order of the text, and sets the batch's origin to its first row.
    void write(const Block& block, const CsvRecords& records, const CsvLayout& layout, CsvRejects& fields,
               std::uint32_t stage, Arena& arena, Batch& batch) const;

  private:
    Reject of_record(const CsvBadRecord& record, const Block& block, const CsvLayout& layout) const;
    Reject of_field(const CsvRejects::Entry& entry, const CsvLayout& layout, const Batch& batch) const;

    std::vector<SourceColumn> columns_;
    SourceSpan span_;
    std::string encoding_;
    char quote_;
};

}  // namespace etl

#pragma once
#include <cstdint>
#include <string>

/// What the program can make: each writes into a folder that is there, the same bytes each time.
namespace bench {

using Writer = void (*)(const std::string& folder, std::uint64_t rows);

/// orders_ROWS.csv, and orders_ROWS.jsonl with the same rows, nested. 5% repeat an earlier id (another version of that
/// order), 5% have an unknown customer, 3% no amount.
void write_orders(const std::string& folder, std::uint64_t rows);
/// The orders' CSV with CR LF, packed, and in files of a folder.
void write_crlf(const std::string& folder, std::uint64_t rows);
void write_gzip(const std::string& folder, std::uint64_t rows);
void write_files(const std::string& folder, std::uint64_t rows, std::uint64_t files);
/// customers.csv and contacts.csv. Two fifths of the contacts are of one customer, who is rare among the clicks.
void write_customers(const std::string& folder, std::uint64_t rows);
void write_contacts(const std::string& folder, std::uint64_t rows);
/// Clicks of customers: half of them of one, a quarter of nine others.
void write_skew(const std::string& folder, std::uint64_t rows);
/// Payments of ROWS / 5 accounts that are named by text.
void write_groups(const std::string& folder, std::uint64_t rows);
/// station;temperature
void write_measurements(const std::string& folder, std::uint64_t rows);
/// Integers and decimals, five columns.
void write_narrow(const std::string& folder, std::uint64_t rows);
/// 100 columns of five kinds, a twentieth of the fields empty.
void write_wide(const std::string& folder, std::uint64_t rows);
/// Every field in quotes; doubled quotes, commas and newlines within.
void write_quoted(const std::string& folder, std::uint64_t rows);
/// A text of one to three kilobytes in one of six languages in each record.
void write_text(const std::string& folder, std::uint64_t rows);
/// JSON Lines with objects eight deep.
void write_nested(const std::string& folder, std::uint64_t rows);

}  // namespace bench

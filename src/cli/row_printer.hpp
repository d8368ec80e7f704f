// Decoded rows as text in one of the formats that commands offer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "encode/csv_rows.hpp"
#include "encode/json_rows.hpp"
#include "encode/table_rows.hpp"

namespace cantrail::cli {

// Of one catalog; another one takes another printer.
class RowPrinter {
 public:
  // jsonl, csv or table.
  RowPrinter(const std::string& format, const Catalog& catalog, const std::string& signals) {
    const encode::FieldSelection selection(signals);
    if (format == "csv") csv_ = std::make_unique<encode::CsvRows>(catalog, selection);
    if (format == "jsonl")
      json_ = std::make_unique<encode::JsonRows>(catalog, encode::BigIntegers::plain, selection);
    if (format == "table") table_ = std::make_unique<encode::TableRows>(catalog, selection);
  }

  // `id`: as RowFrames say.
  void append(std::string& out, const StreamBlock& block, std::size_t row,
              std::optional<std::uint32_t> id) const {
    if (csv_) {
      csv_->append(out, block, row);
    } else if (table_ && table_->wants(block.stream())) {
      table_->append(out, block, row, id);
    } else if (json_ && json_->wants(block.stream())) {
      json_->append(out, block, row, id);
      out += '\n';
    }
  }

 private:
  std::unique_ptr<encode::CsvRows> csv_;
  std::unique_ptr<encode::JsonRows> json_;
  std::unique_ptr<encode::TableRows> table_;
};

}  // namespace cantrail::cli

// Statistics and SizeStatistics in their thrift form (parquet-format, parquet.thrift).
#include "format/statistics_fields.h"

#include <utility>

namespace sluice {

void Statistics::write(ThriftWriter& out) const {
  out.begin_struct();
  if (are_deprecated) {
    out.field(1, max_value);
    out.field(2, min_value);
  }
  out.field(3, null_count);
  out.field(4, distinct_count);
  if (!are_deprecated) {
    out.field(5, max_value);
    out.field(6, min_value);
  }
  out.field(7, is_max_value_exact);
  out.field(8, is_min_value_exact);
  out.field(9, nan_count);
  out.end_struct();
}

Statistics Statistics::read(ThriftReader& in) {
  Statistics out;
  std::optional<std::string> max;
  std::optional<std::string> min;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, max);
      case 2: return in.read(field, min);
      case 3: return in.read(field, out.null_count);
      case 4: return in.read(field, out.distinct_count);
      case 5: return in.read(field, out.max_value);
      case 6: return in.read(field, out.min_value);
      case 7: return in.read(field, out.is_max_value_exact);
      case 8: return in.read(field, out.is_min_value_exact);
      case 9: return in.read(field, out.nan_count);
      default: return false;
    }
  });
  out.are_deprecated = !out.max_value && !out.min_value && (max || min);
  if (out.are_deprecated) {
    out.max_value = std::move(max);
    out.min_value = std::move(min);
  }
  return out;
}

void SizeStatistics::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, unencoded_byte_array_data_bytes);
  out.field_unless_empty(2, repetition_level_histogram);
  out.field_unless_empty(3, definition_level_histogram);
  out.end_struct();
}

SizeStatistics SizeStatistics::read(ThriftReader& in) {
  SizeStatistics out;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.unencoded_byte_array_data_bytes);
      case 2: return in.read(field, out.repetition_level_histogram);
      case 3: return in.read(field, out.definition_level_histogram);
      default: return false;
    }
  });
  return out;
}

}  // namespace sluice

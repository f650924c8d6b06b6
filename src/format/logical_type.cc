// LogicalType in its thrift form (parquet-format, parquet.thrift, union LogicalType).
#include "format/logical_type.h"

#include <string_view>

#include "sluice/error.h"

namespace sluice {
namespace {

/// Numbers of the union TimeUnit; none for seconds.
int16_t member_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::second: break;
    case TimeUnit::millisecond: return 1;
    case TimeUnit::microsecond: return 2;
    case TimeUnit::nanosecond: return 3;
  }
  throw Error(ErrorCode::bug, "a Parquet time or timestamp was to be written in seconds, which Parquet does not have");
}

void empty_struct(ThriftWriter& out, int16_t id) {
  out.struct_header(id);
  out.begin_struct();
  out.end_struct();
}

void write_decimal(ThriftWriter& out, const LogicalType& type) {
  out.begin_struct();
  out.field(1, type.scale);
  out.field(2, type.precision);
  out.end_struct();
}

/// TimeType and TimestampType look the same.
void write_time(ThriftWriter& out, const LogicalType& type) {
  out.begin_struct();
  out.field(1, type.is_adjusted_to_utc);
  out.struct_header(2);
  out.begin_struct();
  empty_struct(out, member_of(type.unit));
  out.end_struct();
  out.end_struct();
}

void write_integer(ThriftWriter& out, const LogicalType& type) {
  out.begin_struct();
  out.field(1, type.bit_width);
  out.field(2, type.is_signed);
  out.end_struct();
}

/// GeometryType and GeographyType: the former has no algorithm.
void write_shape(ThriftWriter& out, const LogicalType& type) {
  out.begin_struct();
  out.field(1, type.crs);
  out.field(2, type.algorithm);
  out.end_struct();
}

/// Reads one member of the union, which must be a struct, by way of `Member::read`.
template <typename Member>
bool read_member(ThriftReader& in, ThriftField field, LogicalType& type) {
  Member member;
  in.read(field, member);
  member.apply(type);
  return true;
}

struct EmptyMember {
  static EmptyMember read(ThriftReader& in) {
    in.read_struct([](ThriftField) { return false; });
    return {};
  }
  void apply(LogicalType&) const {}
};

struct DecimalMember {
  int32_t scale = 0;
  int32_t precision = 0;

  static DecimalMember read(ThriftReader& in) {
    DecimalMember out;
    const ThriftFields fields = in.read_struct([&](ThriftField field) {
      switch (field.id) {
        case 1: return in.read(field, out.scale);
        case 2: return in.read(field, out.precision);
        default: return false;
      }
    });
    in.require(fields, "DecimalType", {1, 2});
    return out;
  }
  void apply(LogicalType& type) const { type.scale = scale, type.precision = precision; }
};

/// The union TimeUnit: 0 for a unit that we do not know.
struct UnitMember {
  int16_t member = 0;

  static UnitMember read(ThriftReader& in) {
    UnitMember out;
    in.read_struct([&](ThriftField field) {
      out.member = field.id;
      return false;
    });
    return out;
  }
};

struct TimeMember {
  bool is_adjusted_to_utc = false;
  UnitMember unit;

  static TimeMember read(ThriftReader& in) {
    TimeMember out;
    const ThriftFields fields = in.read_struct([&](ThriftField field) {
      switch (field.id) {
        case 1: return in.read(field, out.is_adjusted_to_utc);
        case 2: return in.read(field, out.unit);
        default: return false;
      }
    });
    in.require(fields, "TimestampType or TimeType", {1, 2});
    return out;
  }
  void apply(LogicalType& type) const {
    type.is_adjusted_to_utc = is_adjusted_to_utc;
    switch (unit.member) {
      case 1: type.unit = TimeUnit::millisecond; return;
      case 2: type.unit = TimeUnit::microsecond; return;
      case 3: type.unit = TimeUnit::nanosecond; return;
      default: type = LogicalType{};  // a unit of a later specification: the whole type is not ours to read
    }
  }
};

struct IntegerMember {
  int8_t bit_width = 0;
  bool is_signed = false;

  static IntegerMember read(ThriftReader& in) {
    IntegerMember out;
    const ThriftFields fields = in.read_struct([&](ThriftField field) {
      switch (field.id) {
        case 1: return in.read(field, out.bit_width);
        case 2: return in.read(field, out.is_signed);
        default: return false;
      }
    });
    in.require(fields, "IntType", {1, 2});
    return out;
  }
  void apply(LogicalType& type) const { type.bit_width = bit_width, type.is_signed = is_signed; }
};

struct ShapeMember {
  std::optional<std::string> crs;
  std::optional<EdgeAlgorithm> algorithm;

  static ShapeMember read(ThriftReader& in) {
    ShapeMember out;
    in.read_struct([&](ThriftField field) {
      switch (field.id) {
        case 1: return in.read(field, out.crs);
        case 2: return in.read(field, out.algorithm);
        default: return false;
      }
    });
    return out;
  }
  void apply(LogicalType& type) const { type.crs = crs, type.algorithm = algorithm; }
};

bool keeps_raw(LogicalKind kind) {
  return kind == LogicalKind::unrecognised || kind == LogicalKind::variant || kind == LogicalKind::geometry ||
         kind == LogicalKind::geography;
}

bool read_union_field(ThriftReader& in, ThriftField field, LogicalType& type) {
  if (field.id < 1 || field.id > static_cast<int16_t>(LogicalKind::vector) || field.id == 9) return false;
  type.kind = static_cast<LogicalKind>(field.id);
  switch (type.kind) {
    case LogicalKind::decimal: return read_member<DecimalMember>(in, field, type);
    case LogicalKind::time:
    case LogicalKind::timestamp: return read_member<TimeMember>(in, field, type);
    case LogicalKind::integer: return read_member<IntegerMember>(in, field, type);
    case LogicalKind::geometry:
    case LogicalKind::geography: return read_member<ShapeMember>(in, field, type);
    default: return read_member<EmptyMember>(in, field, type);
  }
}

}  // namespace

void LogicalType::write(ThriftWriter& out) const {
  if (keeps_raw(kind) && !raw.empty()) return out.spliced_struct(as_bytes(raw));
  out.begin_struct();
  const auto member = static_cast<int16_t>(kind);
  switch (kind) {
    case LogicalKind::unrecognised: break;
    case LogicalKind::decimal:
      out.struct_header(member);
      write_decimal(out, *this);
      break;
    case LogicalKind::time:
    case LogicalKind::timestamp:
      out.struct_header(member);
      write_time(out, *this);
      break;
    case LogicalKind::integer:
      out.struct_header(member);
      write_integer(out, *this);
      break;
    case LogicalKind::geometry:
    case LogicalKind::geography:
      out.struct_header(member);
      write_shape(out, *this);
      break;
    default: empty_struct(out, member);
  }
  out.end_struct();
}

LogicalType LogicalType::read(ThriftReader& in) {
  const size_t start = in.offset();
  LogicalType type;
  int members = 0;
  in.read_struct([&](ThriftField field) {
    if (++members > 1) in.fail("a LogicalType has more than one member");
    return read_union_field(in, field, type);
  });
  if (keeps_raw(type.kind)) {
    const std::string_view bytes = as_text(in.bytes_since(start));
    in.charge(bytes.size());
    type.raw = bytes;
  }
  return type;
}

}  // namespace sluice

// BloomFilterHeader in its thrift form (parquet-format, parquet.thrift).
#include "format/bloom_filter_header.h"

#include <string>

namespace sluice {
namespace {

// A union whose members are empty structs, as an enum: the member's id, 0 for one that is not known.
template <typename Choice>
struct EmptyUnion {
  Choice choice = Choice::unrecognised;

  void write(ThriftWriter& out) const {
    out.begin_struct();
    if (choice != Choice::unrecognised) {
      out.struct_header(static_cast<int16_t>(choice));
      out.begin_struct();
      out.end_struct();
    }
    out.end_struct();
  }
  static EmptyUnion read(ThriftReader& in) {
    EmptyUnion out;
    in.read_struct([&](ThriftField field) {
      if (field.id == 1) out.choice = Choice{1};
      return false;
    });
    return out;
  }
};

template <typename Choice>
bool read_choice(ThriftReader& in, ThriftField field, Choice& into) {
  EmptyUnion<Choice> one;
  in.read(field, one);
  into = one.choice;
  return true;
}

}  // namespace

void BloomFilterHeader::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, num_bytes);
  out.field(2, EmptyUnion<BloomFilterAlgorithm>{algorithm});
  out.field(3, EmptyUnion<BloomFilterHash>{hash});
  out.field(4, EmptyUnion<BloomFilterCompression>{compression});
  out.end_struct();
}

BloomFilterHeader BloomFilterHeader::read(ThriftReader& in) {
  BloomFilterHeader out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.num_bytes);
      case 2: return read_choice(in, field, out.algorithm);
      case 3: return read_choice(in, field, out.hash);
      case 4: return read_choice(in, field, out.compression);
      default: return false;
    }
  });
  in.require(fields, "BloomFilterHeader", {1, 2, 3, 4});
  if (out.num_bytes < 0) in.fail("a bloom filter's numBytes is " + std::to_string(out.num_bytes));
  return out;
}

PlacedBloomFilterHeader read_bloom_filter_header(ByteSpan bytes) {
  ThriftReader in(bytes);
  const BloomFilterHeader header = BloomFilterHeader::read(in);
  return {header, in.offset()};
}

}  // namespace sluice

// BoundingBox and GeospatialStatistics in their thrift form (parquet-format, parquet.thrift).
#include "format/geospatial_statistics.h"

namespace sluice {

void BoundingBox::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, xmin);
  out.field(2, xmax);
  out.field(3, ymin);
  out.field(4, ymax);
  out.field(5, zmin);
  out.field(6, zmax);
  out.field(7, mmin);
  out.field(8, mmax);
  out.end_struct();
}

BoundingBox BoundingBox::read(ThriftReader& in) {
  BoundingBox out;
  const ThriftFields fields = in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.xmin);
      case 2: return in.read(field, out.xmax);
      case 3: return in.read(field, out.ymin);
      case 4: return in.read(field, out.ymax);
      case 5: return in.read(field, out.zmin);
      case 6: return in.read(field, out.zmax);
      case 7: return in.read(field, out.mmin);
      case 8: return in.read(field, out.mmax);
      default: return false;
    }
  });
  in.require(fields, "BoundingBox", {1, 2, 3, 4});
  return out;
}

void GeospatialStatistics::write(ThriftWriter& out) const {
  out.begin_struct();
  out.field(1, bbox);
  out.field_unless_empty(2, geospatial_types);
  out.end_struct();
}

GeospatialStatistics GeospatialStatistics::read(ThriftReader& in) {
  GeospatialStatistics out;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1: return in.read(field, out.bbox);
      case 2: return in.read(field, out.geospatial_types);
      default: return false;
    }
  });
  return out;
}

}  // namespace sluice

// The one way in which writing thrift can fail: sizes are 32-bit in the compact protocol (thrift,
// doc/specs/thrift-compact-protocol.md, "Binary encoding", "List and Set").
#include "format/thrift_writer.h"

#include <string>

#include "sluice/error.h"

namespace sluice {

void ThriftWriter::refuse_size(size_t size) {
  throw Error(ErrorCode::unsupported, "Parquet metadata cannot hold a list or value of size " + std::to_string(size) +
                                          ": its format ends at 2147483647");
}

}  // namespace sluice

// Foreign footers and page headers: any bytes end in structs or in one of the two errors that are meant for it.
#include <cstddef>
#include <cstdint>

#include "format/file_metadata.h"
#include "format/page_header.h"
#include "format/schema_elements.h"
#include "format/thrift_reader.h"
#include "sluice/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const sluice::ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    const sluice::FileMetaData file = sluice::parse_file_metadata(bytes, "fuzz");
    sluice::from_schema_elements(file.schema, "fuzz");
  } catch (const sluice::Error&) {
  }
  try {
    sluice::read_page_header(bytes);
  } catch (const sluice::ThriftError&) {
  }
  return 0;
}

// Foreign footers and page headers: any bytes end in structs or in one of the two errors that are meant for it.
#include <cstddef>
#include <cstdint>

#include "format/file_metadata.h"
#include "format/page_header.h"
#include "format/schema_elements.h"
#include "format/thrift_reader.h"
#include "sluice/error.h"
#include "target.h"

namespace sluice::footer_fuzz {
namespace {

void run(ByteSpan input) {
  try {
    const FileMetaData file = parse_file_metadata(input, "fuzz");
    from_schema_elements(file.schema, "fuzz");
  } catch (const Error&) {
  }
  try {
    read_page_header(input);
  } catch (const ThriftError&) {
  }
}

const fuzz::Registered kTarget("footer", run);

}  // namespace
}  // namespace sluice::footer_fuzz

// The end of a file: where the footer lies, and what is no Parquet file.
#include "format/footer.h"

#include <gtest/gtest.h>

#include <string>

#include "format/wire.h"
#include "sluice/error.h"

namespace sluice::footer_test {
namespace {

using test::from_hex;

std::string refusal(ByteSpan trailer, uint64_t file_bytes, ErrorCode code) {
  try {
    parse_trailer(trailer, file_bytes, "f.parquet");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_EQ(error.place().source, "f.parquet");
    return error.what();
  }
}

Bytes trailer_of(uint32_t footer_bytes, std::string_view magic) {
  Bytes out;
  out.append_value(footer_bytes);
  out.append(magic);
  return out;
}

TEST(Footer, LiesBeforeItsLength) {
  Bytes trailer;
  append_trailer(100, trailer);
  EXPECT_EQ(test::hex(trailer), "64 00 00 00 50 41 52 31");
  EXPECT_EQ(parse_trailer(trailer, 1000, "f"), (FooterPlace{892, 100}));
  EXPECT_EQ(parse_trailer(trailer, 112, "f"), (FooterPlace{4, 100}));  // no data at all
  Bytes more;
  more.append(std::string_view("footer"));
  more.append(ByteSpan(trailer));
  EXPECT_EQ(parse_trailer(more, 1000, "f"), (FooterPlace{892, 100}));  // only the last 8 bytes count
  EXPECT_EQ(parse_trailer(trailer_of(UINT32_MAX, "PAR1"), uint64_t{1} << 40, "f").bytes, UINT32_MAX);
}

TEST(Footer, MustFitTheFile) {
  EXPECT_EQ(refusal(trailer_of(101, "PAR1"), 112, ErrorCode::corrupt),
            "f.parquet is damaged: its footer claims 101 bytes, expected 1 to 100 in a file of 112");
  EXPECT_EQ(refusal(trailer_of(UINT32_MAX, "PAR1"), 112, ErrorCode::corrupt),
            "f.parquet is damaged: its footer claims 4294967295 bytes, expected 1 to 100 in a file of 112");
  EXPECT_EQ(refusal(trailer_of(0, "PAR1"), 112, ErrorCode::corrupt),
            "f.parquet is damaged: its footer claims 0 bytes, expected 1 to 100 in a file of 112");
}

TEST(Footer, OtherFilesAreNamed) {
  EXPECT_EQ(refusal({}, 0, ErrorCode::corrupt),
            "f.parquet is not a Parquet file: it has 0 bytes, and the smallest have 12");
  EXPECT_EQ(refusal(trailer_of(0, "PAR1"), 11, ErrorCode::corrupt),
            "f.parquet is not a Parquet file: it has 11 bytes, and the smallest have 12");
  EXPECT_EQ(refusal(trailer_of(1, "}\n\x80\\"), 100, ErrorCode::corrupt),
            "f.parquet is not a Parquet file, or is cut off: it ends in \"}\\x0a\\x80\\x5c\", expected \"PAR1\"");
  EXPECT_EQ(refusal(trailer_of(1, "PARE"), 100, ErrorCode::unsupported),
            "f.parquet has an encrypted footer (it ends in \"PARE\"), which Sluice does not read");
}

TEST(Footer, LengthsBeyondWhatReadersTakeAreNotWritten) {
  Bytes out;
  append_trailer(INT32_MAX, out);
  EXPECT_EQ(load<uint32_t>(out.data()), static_cast<uint32_t>(INT32_MAX));
  EXPECT_THROW(append_trailer(size_t{INT32_MAX} + 1, out), Error);
}

}  // namespace
}  // namespace sluice::footer_test

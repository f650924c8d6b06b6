// The README's C++ example: three rows into one Parquet file. Compiled and run against the installed library by
// tests/consumer; tools/readme_example.py holds the README to it.
#include <iostream>

#include "sluice/file_writer.h"
#include "sluice/row_appender.h"

int main() {
  const sluice::Schema schema{{"id", sluice::int64(), false}, {"name", sluice::string()}, {"score", sluice::float64()}};
  sluice::FileWriter writer("people.parquet", schema, {.row_group_rows = 100'000});
  sluice::RowAppender row(writer);
  row(1, "Ada", 9.5);
  row(2, "Bo", sluice::null_value);
  row(3, sluice::null_value, 7.25);
  row.flush();
  const sluice::WriteResult result = writer.close();  // before this line nobody can see the file
  std::cout << result.rows << " rows, " << result.bytes << " bytes\n";
}

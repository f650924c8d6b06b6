// What Parquet files hold, as DuckDB reads them: a line of JSON for each with the number of rows, a sum over a hash of
// each row and its position, and for each leaf column its bytes and its encodings.
//
//   node columns.mjs FILE...
import { load } from './modules.mjs'

const { DuckDBInstance } = load('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()

async function rowsOf(statement) {
  return (await connection.runAndReadAll(statement)).getRows()
}

for (const path of process.argv.slice(2)) {
  const file = `'${path.replaceAll("'", "''")}'`
  const [[rows, sum]] = await rowsOf(`
    SELECT count(*), sum(hash(position, row)::HUGEINT)
    FROM (SELECT row_number() OVER () AS position, data AS row FROM read_parquet(${file}) AS data)`)
  const chunks = await rowsOf(`
    SELECT path_in_schema, sum(total_compressed_size), sum(total_uncompressed_size),
      string_agg(DISTINCT encodings, '; '), max(row_group_id) + 1
    FROM parquet_metadata(${file}) GROUP BY column_id, path_in_schema ORDER BY column_id`)
  const columns = chunks.map(([name, bytes, rawBytes, encodings]) => ({
    name, bytes: Number(bytes), raw_bytes: Number(rawBytes), encodings,
  }))
  console.log(JSON.stringify({
    path, rows: Number(rows), sum: String(sum), row_groups: Number(chunks[0]?.[4] ?? 0), columns,
  }))
}

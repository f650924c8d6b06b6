// DuckDB writes Parquet with Snappy: from a table in memory, from NDJSON, or from CSV, which it makes too.
//
//   node duckdb.mjs write  lineitem.parquet out.parquet THREADS REPEAT
//   node duckdb.mjs ndjson lineitem.ndjson  out.parquet THREADS REPEAT
//   node duckdb.mjs csv    lineitem.csv     out.parquet THREADS REPEAT
//   node duckdb.mjs make-csv lineitem.parquet lineitem.csv THREADS 1
import { load, report } from './modules.mjs'

const { DuckDBInstance } = load('@duckdb/node-api')
const [task, source, destination, threads, repeat] = process.argv.slice(2)

const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect()
const quoted = text => `'${text.replaceAll("'", "''")}'`
const from = {
  write: 'lineitem',
  ndjson: `(SELECT * FROM read_ndjson_auto(${quoted(source)}))`,
  csv: `(SELECT * FROM read_csv_auto(${quoted(source)}))`,
  'make-csv': `(SELECT * FROM read_parquet(${quoted(source)}))`
}[task]
const format = task === 'make-csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION snappy'
const copy = `COPY ${from} TO ${quoted(destination)} (${format})`
if (task === 'write') await connection.run(`CREATE TABLE lineitem AS FROM read_parquet(${quoted(source)})`)
for (let i = 0; i < Number(repeat); i++) await report(destination, () => connection.run(copy))

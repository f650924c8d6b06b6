// DuckDB writes Parquet with Snappy: from a table in memory, or from NDJSON.
//
//   node duckdb.mjs write  lineitem.parquet out.parquet THREADS REPEAT
//   node duckdb.mjs ndjson lineitem.ndjson  out.parquet THREADS REPEAT
import { load, report } from './modules.mjs'

const { DuckDBInstance } = load('@duckdb/node-api')
const [task, source, destination, threads, repeat] = process.argv.slice(2)

const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect()
const quoted = text => `'${text.replaceAll("'", "''")}'`
const from = task === 'ndjson' ? `(SELECT * FROM read_ndjson_auto(${quoted(source)}))` : 'lineitem'
const copy = `COPY ${from} TO ${quoted(destination)} (FORMAT parquet, COMPRESSION snappy)`
if (task === 'write') await connection.run(`CREATE TABLE lineitem AS FROM read_parquet(${quoted(source)})`)
for (let i = 0; i < Number(repeat); i++) await report(destination, () => connection.run(copy))

// DuckDB reads Parquet: a query over a file, or a pattern of files, for each repeat.
//
//   node duckdb_read.mjs lineitem.parquet 'SELECT sum(l_orderkey) FROM file' THREADS REPEAT
import { load, time } from './modules.mjs'

const { DuckDBInstance } = load('@duckdb/node-api')
const [source, query, threads, repeat] = process.argv.slice(2)

const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect()
await connection.run(`CREATE VIEW file AS FROM read_parquet('${source.replaceAll("'", "''")}')`)
for (let i = 0; i < Number(repeat); i++) {
  await time(async () => {
    const result = await connection.runAndReadAll(query)
    const first = result.getRows()[0]?.[0]
    return typeof first === 'bigint' ? { rows: Number(first) } : {}
  })
}

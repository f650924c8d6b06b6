// Datasets as people read them: all files of a folder at once, by a pattern. DuckDB and Polars must find the columns,
// and as many rows as there are, whose "id" counts up from 0.
//
//   node read_dataset.mjs DIR        DIR/datasets.json has a list of {"paths", "rows", "columns"}
//
// Exit code 0 = all are as they should be, 1 = one is not, 77 = a reader is not installed.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { readWithEach } from './each_engine.mjs'

const require = createRequire(import.meta.url)

// Files in the order of their rows: patterns sort names bytewise, which is another one from the tenth on.
const quoted = paths => `[${paths.map(path => `'${path}'`).join(', ')}]`

async function inDuckdb() {
  const { DuckDBInstance } = require('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create()).connect()
  const values = async sql => (await connection.runAndReadAll(sql)).getRows().map(row => String(row[0]))
  return async ({ paths }) => ({
    columns: await values(`SELECT column_name FROM (DESCRIBE SELECT * FROM '${dirname(paths[0])}/*.parquet')`),
    ids: await values(`SELECT id FROM read_parquet(${quoted(paths)})`),
    count: Number(await values(`SELECT count(*) FROM '${dirname(paths[0])}/*.parquet'`)),
  })
}

async function inPolars() {
  const polars = require('nodejs-polars')
  return async ({ paths }) => {
    const frame = polars.scanParquet(`${dirname(paths[0])}/*.parquet`).collectSync()
    return { columns: frame.columns, ids: frame.sort('id').getColumn('id').toArray().map(String), count: frame.height }
  }
}

function differences({ rows, columns }, found) {
  const words = []
  if (found.count !== rows) words.push(`${found.count} rows, not ${rows}`)
  if (String(found.columns) !== String(columns)) words.push(`columns ${found.columns}, not ${columns}`)
  const wrong = found.ids.findIndex((id, i) => id !== String(i))
  if (wrong >= 0) words.push(`row ${wrong} has the id ${found.ids[wrong]}`)
  return words
}

const datasets = JSON.parse(readFileSync(join(process.argv[2], 'datasets.json'), 'utf8'))
process.exitCode = await readWithEach([['duckdb', inDuckdb], ['polars', inPolars]], datasets,
  { nameOf: dataset => dirname(dataset.paths[0]), faults: differences, right: 'are whole' })

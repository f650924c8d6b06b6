// Names of partitions that the program writes, as DuckDB and Polars read them: hostile texts, nulls, numbers, dates and
// parts of dates must come back as the values that were written.
//
//   node partitions.mjs PROGRAM        PROGRAM is sluice, best the sanitized one
//
// Exit code 0 = all are as they should be, 1 = one is not, 77 = a reader is not installed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readWithEach } from './each_engine.mjs'

const require = createRequire(import.meta.url)
const program = process.argv[2]
const directory = mkdtempSync(join(tmpdir(), 'sluice_partitions_'))

// Every letter of ASCII but NUL, alone and between others, and what readers have special words for.
const letters = Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1))
const texts = ['', '.', '..', '...', 'null', 'NULL', 'Null', 'nulls', '../up', 'a/b', '%41', '%2F', 'k=v', '=', 'NaN',
  '1', '01', 'true', '2024-02-29', '\u00e9', '\u{1f30a}', 'x'.repeat(240), ...letters, ...letters.map(c => `x${c}y`)]

function dataset(name, schema, key, values) {
  const source = join(directory, `${name}.ndjson`)
  writeFileSync(source, values.map((value, id) => JSON.stringify({ id, ...value }) + '\n').join(''))
  const path = join(directory, name)
  execFileSync(program, ['write', source, '-o', path, '--schema', `id int64, ${schema}`, '--partition-by', key, '-q',
    '--sync', 'off'])
  return path
}

const unique = [...new Set(texts)]
const cases = [
  { name: 'texts', schema: 'k string', key: 'k', types: { k: 'VARCHAR' }, values: [...unique, null].map(k => ({ k })) },
  // What readers guess without being told.
  { name: 'numbers', schema: 'k int64', key: 'k', values: [-7, 0, 5, 2 ** 40, null].map(k => ({ k })) },
  { name: 'parts', schema: 'at timestamp(us)', key: 'year(at), month(at), day(at), hour(at)',
    values: ['1999-12-31T23:59:59', '2024-02-29T00:00:00', '2026-01-09T07:00:00'].map(at => ({ at })),
    wanted: ['1999/12/31/23', '2024/2/29/0', '2026/1/9/7'], columns: ['year', 'month', 'day', 'hour'],
    means: value => Number(value) },  // DuckDB leaves "02" a text
  { name: 'days', schema: 'k date', key: 'k', values: ['2024-02-29', '1970-01-01'].map(k => ({ k })) },
]
for (const each of cases) {
  each.columns ??= ['k']
  each.wanted ??= each.values.map(({ k }) => (k === null ? null : String(k)))
  each.path = dataset(each.name, each.schema, each.key, each.values)
}

async function inDuckdb() {
  const { DuckDBInstance } = require('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create()).connect()
  return async ({ path, columns, types }) => {
    const hints = types ? `, hive_types = {${Object.entries(types).map(([name, type]) => `${name}: ${type}`)}}` : ''
    const reader = await connection.runAndReadAll(
      `SELECT ${columns} FROM read_parquet('${path}/**/*.parquet', hive_partitioning = true${hints}) ORDER BY id`)
    return reader.getRows()
  }
}

async function inPolars() {
  const polars = require('nodejs-polars')
  return async ({ path, columns, types }) => {
    const hiveSchema = types && Object.fromEntries(Object.keys(types).map(name => [name, polars.Utf8]))
    const frame = polars.scanParquet(path, { hivePartitioning: true, ...(hiveSchema && { hiveSchema }) }).collectSync()
    return frame.sort('id').select(...columns).rows()
  }
}

function asText(value) {
  if (value === null) return null
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value)
}
const joined = (row, means) =>
  row.every(value => value === null) ? null : row.map(value => asText(means ? means(value) : value)).join('/')

function faults(each, read) {
  const rows = read.map(row => joined(row, each.means))
  const wrong = each.wanted.findIndex((value, i) => rows[i] !== value)
  if (wrong < 0 && rows.length === each.wanted.length) return []
  return [`row ${wrong} is ${JSON.stringify(rows[wrong])}, not ${JSON.stringify(each.wanted[wrong])}`,
    `${rows.length} of ${each.wanted.length} rows`]
}

const code = await readWithEach([['duckdb', inDuckdb], ['polars', inPolars]], cases,
  { nameOf: each => each.name, faults, right: 'are read as they were written' })
if (code === 0) rmSync(directory, { recursive: true })
else console.log(`all files are kept in ${directory}`)
process.exitCode = code

// Hive datasets, of DuckDB and of the program itself, as DuckDB, Polars and the program read them: the types of the
// keys are those that DuckDB finds, all rows have the same values, and conditions on keys keep the same rows. DuckDB is
// told the types by name, for where it has none it compares keys as texts, and then 10 comes before 9.
//
//   node hive.mjs PROGRAM [CONDITIONS]        PROGRAM is sluice, best the sanitized one
//
// Exit code 0 = all are as they should be, 1 = one is not, 77 = a reader is not installed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Chance } from './predicates.mjs'

const require = createRequire(import.meta.url)
const [program, conditions = '20'] = process.argv.slice(2)
const directory = mkdtempSync(join(tmpdir(), 'sluice_hive_'))
const SEED = 20261121n
const KEYS = { number: 'BIGINT', day: 'DATE', word: 'VARCHAR' }
const NUMBERS = [-11, -2, 0, 3, 9, 10, 100, 4294967296, null]
const DAYS = ['1969-12-31', '1970-01-01', '2024-02-29', '2026-11-21', null]
const WORDS = ['a', 'B', 'ab', 'a b', 'a/b', '10', '9', '\u00e9', 'x=y', null]
const ROWS = 300

const row = id => ({ id, number: NUMBERS[id % 9], day: DAYS[id % 5], word: WORDS[id % 10] })

function sluice(...words) {
  return execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28 })
}

function rowsOfSluice(path, where) {
  const more = where ? ['--where', where] : []
  const text = sluice('show', path, '--columns', 'id, number, day, word', '--format', 'ndjson', ...more)
  return text.split('\n').filter(Boolean).map(line => JSON.parse(line))
}

// ---- conditions, in words that DuckDB and the program both take

const quoted = value => (typeof value === 'string' ? `'${value}'` : String(value))

function comparison(chance) {
  const name = ['number', 'day', 'word'][chance.below(3)]
  const values = { number: [...NUMBERS, 5, 1000, -3], day: [...DAYS, '2000-01-01'], word: [...WORDS, 'z', ''] }[name]
    .filter(value => value !== null)
  const any = () => quoted(values[chance.below(values.length)])
  switch (chance.below(5)) {
    case 0: return `${name} is ${chance.below(2) ? 'not ' : ''}null`
    case 1: return `${name} in (${any()}, ${any()}, ${any()})`
    case 2: return `${name} between ${any()} and ${any()}`
    default: return `${name} ${['=', '!=', '<', '<=', '>', '>='][chance.below(6)]} ${any()}`
  }
}

function condition(chance) {
  const first = comparison(chance)
  switch (chance.below(4)) {
    case 0: return `(${first}) and (${comparison(chance)})`
    case 1: return `(${first}) or (${comparison(chance)}) or id < ${chance.below(ROWS)}`
    case 2: return `not (${first})`
    default: return first
  }
}

// ---- the datasets

async function openDuckdb() {
  const { DuckDBInstance } = require('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create()).connect()
  return async sql => (await connection.runAndReadAll(sql)).getRowObjectsJson()
}

async function makeDatasets(duckdb) {
  const source = join(directory, 'source.ndjson')
  writeFileSync(source, Array.from({ length: ROWS }, (_, id) => JSON.stringify(row(id)) + '\n').join(''))
  const theirs = join(directory, 'theirs')
  await duckdb(`COPY (SELECT id, number::BIGINT AS number, day::DATE AS day, word
    FROM read_ndjson('${source}', columns = {id: 'BIGINT', number: 'BIGINT', day: 'DATE', word: 'VARCHAR'}))
    TO '${theirs}' (FORMAT parquet, PARTITION_BY (number, day, word))`)
  const ours = join(directory, 'ours')
  sluice('write', source, '-o', ours, '--schema', 'id int64, number int64, day date, word string', '--partition-by',
    'number, day, word', '-q', '--sync', 'off')
  return { theirs, ours }
}

// ---- comparison

let code = 0
function expectEqual(what, found, expected) {
  if (JSON.stringify(found) === JSON.stringify(expected)) return true
  console.log(`${what}: ${JSON.stringify(found).slice(0, 300)}, not ${JSON.stringify(expected).slice(0, 300)}`)
  code = 1
  return false
}

const inOrder = rows => rows
  .map(({ id, number, day, word }) => [Number(id), number === null ? null : Number(number), day, word])
  .sort((a, b) => a[0] - b[0])

async function checkAgainstDuckdb(duckdb, name, path) {
  const file = `read_parquet('${path}/**/*.parquet', hive_partitioning = true, hive_types = {${
    Object.entries(KEYS).map(([key, type]) => `${key}: ${type}`)}})`
  const guessed = await duckdb(`DESCRIBE SELECT * FROM read_parquet('${path}/**/*.parquet', hive_partitioning = true)`)
  const types = Object.fromEntries(guessed.map(column => [column.column_name, column.column_type]))
  for (const [key, type] of Object.entries(KEYS)) expectEqual(`DuckDB's type of ${name}.${key}`, types[key], type)
  expectEqual(`${name}: our types`, JSON.parse(sluice('schema', path, '--json')).schema.replace(/\s+/g, ' ').trim(),
    'id int64, number int64, day date, word string')
  const all = await duckdb(`SELECT id, number, day, word FROM ${file}`)
  expectEqual(`${name}: all rows`, inOrder(rowsOfSluice(path)), inOrder(all))
  const chance = new Chance(SEED)
  let equal = 0
  let kept = 0
  for (let i = 0; i < Number(conditions); i++) {
    const where = condition(chance)
    const expected = inOrder(await duckdb(`SELECT id, number, day, word FROM ${file} WHERE ${where}`))
    kept += expected.length
    equal += expectEqual(`${name}, seed ${SEED}: where ${where}`, inOrder(rowsOfSluice(path, where)), expected)
  }
  console.log(`${name}: ${equal} of ${conditions} conditions keep the rows that they keep in DuckDB, ${kept} in all`)
}

function checkAgainstPolars(polars, name, path) {
  const schema = { number: polars.Int64, day: polars.Date, word: polars.Utf8 }
  const frame = polars.scanParquet(path, { hivePartitioning: true, hiveSchema: schema }).collectSync()
  const rows = frame.select('id', 'number', 'day', 'word').rows().map(([id, number, day, word]) =>
    ({ id, number, day: day === null ? null : new Date(day).toISOString().slice(0, 10), word }))
  expectEqual(`${name}: rows of Polars`, inOrder(rows), inOrder(rowsOfSluice(path)))
}

let duckdb
let polars
try {
  duckdb = await openDuckdb()
  polars = require('nodejs-polars')
} catch (error) {
  console.log(`skipped: a reader is not installed (${String(error.message).split('\n')[0]})`)
  process.exit(77)
}
for (const [name, path] of Object.entries(await makeDatasets(duckdb))) {
  await checkAgainstDuckdb(duckdb, name, path)
  checkAgainstPolars(polars, name, path)
}
if (code === 0) rmSync(directory, { recursive: true })
else console.log(`all files are kept in ${directory}`)
process.exitCode = code

// Proves that bounds, null counts, page indexes and bloom filters never rule out what is there: files drawn at random,
// with many small row groups and pages, are asked for values that they hold.
//
//   node pruning.mjs PROGRAM [--files N] [--seed S]      PROGRAM is write_random_files
//
// DuckDB prunes row groups: what it counts in the file must be what it counts in a table of the same rows in memory.
// ClickHouse prunes row groups and pages: it must count the same with its push-downs on and off. Last, a file whose
// bounds are made wrong must be found out. S is 1 or SLUICE_PROPERTY_SEED. Exit code 0 = all equal, 1 = a difference,
// 77 = a reader is not installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { Chance, predicates } from './predicates.mjs'

const VALUES_PER_COLUMN = 3

class Differences {
  constructor() {
    this.count = 0
    this.queries = 0
  }
  hold(file, engine, conditions, expected, found) {
    this.queries += conditions.length
    for (const [i, condition] of conditions.entries()) {
      if (expected[i] === found[i]) continue
      ++this.count
      console.log(`${file}: ${engine}: WHERE ${condition}: expected ${expected[i]} rows, found ${found[i]}`)
    }
  }
}

// ---- engines: each counts the rows of a file under conditions on one column, [expected, found]

function duckdbCounts(connection) {
  const counts = async (source, conditions) => {
    const parts = conditions.map(condition => `(SELECT count(*) FROM ${source} WHERE ${condition})`)
    return (await connection.runAndReadAll(`SELECT ${parts.join(', ')}`)).getRows()[0].map(Number)
  }
  return async (path, conditions, column) => {
    await connection.run(`CREATE OR REPLACE TEMP TABLE held AS SELECT ${column} FROM read_parquet('${path}')`)
    return [await counts('held', conditions), await counts(`read_parquet('${path}')`, conditions)]
  }
}

// What an engine rules out although it is there, whoever wrote the file. DuckDB looks up bytes in bloom filters by
// their text form ("\xFF"), in its own files too, and float16 as float32. ClickHouse orders UUIDs by their second half,
// and takes their bounds for such.
const UNFOUND_BY_DUCKDB = new Set(['binary', 'bson', 'fixed', 'float16'])
const isMisjudged = {
  duckdb: field => field.bloom_filter && UNFOUND_BY_DUCKDB.has(field.type),
  chdb: field => field.type === 'uuid',
}

const PUSH_DOWNS = ['filter_push_down', 'page_filter_push_down', 'bloom_filter_push_down']

function chdbCounts(session, structureText) {
  return async (path, conditions, column, field) => {
    const counts = isOn => {
      const settings = PUSH_DOWNS.map(name => `input_format_parquet_${name} = ${isOn}`).join(', ')
      const source = `FROM file('${path}', Parquet, ${structureText([field])})`
      const ask = (counted, where) => session.query(`SELECT ${counted} ${source} ${where} SETTINGS ${settings}`, 'CSV')
      if (!isOn) return ask(conditions.map(condition => `countIf(${condition})`).join(', '), '').split(',')
      return conditions.map(condition => ask('count()', `WHERE ${condition}`))
    }
    return [counts(0).map(Number), counts(1).map(Number)]
  }
}

async function openDuckdb() {
  const reader = await import('./readers/duckdb.mjs')
  const connection = await reader.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return { reader, count: duckdbCounts(connection), names: path => reader.columnNames(connection, path) }
}

async function openChdb() {
  const reader = await import('./readers/chdb.mjs')
  const count = chdbCounts(reader.connect(), reader.structureText)
  return { reader, count, names: (_, schema) => reader.names(schema) }
}

async function openEngines() {
  const engines = []
  const missing = []
  for (const [name, open] of Object.entries({ duckdb: openDuckdb, chdb: openChdb })) {
    try {
      engines.push({ name, ...(await open()) })
    } catch (error) {
      missing.push(`${name} (${error.message.split('\n')[0]})`)
    }
  }
  return { engines, missing }
}

// ---- files

function columnsOf(base) {
  const schema = JSON.parse(readFileSync(`${base}.schema.json`, 'utf8'))
  const rows = readFileSync(`${base}.expected.ndjson`, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line))
  return schema.map((field, i) => ({ field, values: rows.map(row => row[i]) }))
}

async function askFile(engine, path, columns, chance, differences) {
  const schema = columns.map(column => column.field)
  if (engine.reader.refusesFile?.(schema)) return
  const names = await engine.names(path, schema)
  for (const [i, { field, values }] of columns.entries()) {
    if (field.children || isMisjudged[engine.name](field)) continue
    if (engine.reader.refuses(field, values) || engine.reader.opaque(field)) continue
    if (field.name === '') continue
    const conditions = predicates(engine.name, field, names[i], values, chance, VALUES_PER_COLUMN)
    if (conditions.length === 0) continue
    try {
      const [expected, found] = await engine.count(path, conditions, names[i], field)
      differences.hold(path, engine.name, conditions, expected, found)
    } catch (error) {
      console.log(`${path}: ${engine.name}: ${field.type}: ${String(error?.message ?? error).split('\n')[0]}`)
      ++differences.count
    }
  }
}

function writeFiles(program, directory, files, seed) {
  const choices = ['--dir', directory, '--files', files, '--seed', seed, '--kind', 'pruning']
  const written = spawnSync(program, choices.map(String), { encoding: 'utf8' })
  if (written.status !== 0) throw new Error(`${program}: ${written.stdout}${written.stderr}${written.error ?? ''}`)
}

// The largest number of a column, wherever it stands in the footer, becomes the smallest one: then the engine must miss
// rows, or the test above could not fail.
async function misses(engine, directory) {
  for (const name of readdirSync(directory).filter(file => file.endsWith('.parquet')).sort()) {
    const path = join(directory, name)
    const bytes = readFileSync(path)
    const footerBegin = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
    const columns = columnsOf(path.slice(0, -'.parquet'.length))
    const names = await engine.names(path, columns.map(column => column.field))
    for (const [i, { field, values }] of columns.entries()) {
      if (field.type !== 'int64' || field.name === '' || engine.reader.refuses(field, values)) continue
      const numbers = values.filter(value => value !== null).map(BigInt).sort((a, b) => (a < b ? -1 : 1))
      const largest = Buffer.alloc(8)
      if (numbers.length < 2 || numbers[0] === numbers.at(-1)) continue
      largest.writeBigInt64LE(numbers.at(-1))
      const changed = Buffer.from(bytes)
      const smallest = Buffer.alloc(8)
      smallest.writeBigInt64LE(numbers[0])
      let at = footerBegin
      while ((at = changed.indexOf(largest, at)) >= 0) smallest.copy(changed, at)
      const copy = join(directory, 'changed')
      writeFileSync(copy, changed)
      try {
        const [expected, found] = await engine.count(copy, [`${names[i]} = ${numbers.at(-1)}`], names[i], field)
        if (expected[0] !== found[0]) return true
      } catch {
        return true // it saw that the largest is less than the smallest
      }
    }
  }
  return false
}

async function main({ values: options, positionals: [program] }) {
  const { engines, missing } = await openEngines()
  const directory = mkdtempSync(join(tmpdir(), 'sluice_pruning_'))
  console.log(`seed ${options.seed}, ${options.files} files`)
  writeFiles(program, directory, options.files, options.seed)
  const differences = new Differences()
  for (const name of readdirSync(directory).filter(file => file.endsWith('.parquet')).sort()) {
    const path = join(directory, name)
    const columns = columnsOf(path.slice(0, -'.parquet'.length))
    const chance = new Chance(BigInt(options.seed) * 1_000_003n + BigInt(Number.parseInt(name, 10)))
    for (const engine of engines) await askFile(engine, path, columns, chance, differences)
  }
  console.log(`${differences.queries} questions, ${differences.count} wrong answers`)
  if (differences.count > 0) {
    console.log(`the files are kept in ${directory}`)
    return 1
  }
  for (const engine of engines) {
    if (await misses(engine, directory)) continue
    console.log(`${engine.name} did not stumble over wrong bounds: nothing was proved (are there enough files?)`)
    return 1
  }
  rmSync(directory, { recursive: true })
  if (missing.length === 0) return 0
  console.log(`skipped, for these are not installed (npm install in tests/conformance): ${missing.join(', ')}`)
  return 77
}

process.exitCode = await main(parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: process.env.SLUICE_PRUNING_FILES || '60' },
    seed: { type: 'string', default: process.env.SLUICE_PROPERTY_SEED || '1' },
  },
}))

// Reads every Parquet file of a folder with five independent readers and compares it, value by value, with what its
// writer says is in it:
//
//   node read_files.mjs DIR
//
// DIR holds NNNN.parquet, NNNN.schema.json (a list of {"name", "type", "unit", "zone", "nullable", "children"}, and
// "encoding" and "bloom_filter" where they were asked for) and
// NNNN.expected.ndjson (a row a line, an array in schema order or an object; canonical.mjs has the form of the values).
// Prints each difference and one line per reader. Exit code 0 = all equal, 1 = some differ, 77 = a reader is not
// installed, 2 = wrong call.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { leaves, mask } from './canonical.mjs'

const READERS = ['duckdb', 'polars', 'parquet_wasm', 'hyparquet', 'chdb']
const DIFFERENCES_SHOWN_PER_COLUMN = 3
const SHOWN_CHARACTERS_MAX = 300

async function loadReaders() {
  const loaded = []
  const missing = []
  for (const module of READERS) {
    try {
      const reader = await import(`./readers/${module}.mjs`)
      loaded.push({ ...reader, session: await reader.open(), equal: 0, differ: 0, skips: new Map() })
    } catch (error) {
      missing.push(`${module} (${String(error.message).split('\n')[0]})`)
    }
  }
  return { loaded, missing }
}

function readExpected(base) {
  const schema = JSON.parse(readFileSync(`${base}.schema.json`, 'utf8'))
  const columns = schema.map(() => [])
  let rows = 0
  for (const line of readFileSync(`${base}.expected.ndjson`, 'utf8').split('\n')) {
    if (line === '') continue
    const row = JSON.parse(line)
    for (const [i, field] of schema.entries()) columns[i].push(Array.isArray(row) ? row[i] : row[field.name])
    ++rows
  }
  return { schema, columns, rows }
}

function shown(value) {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  if (text.length <= SHOWN_CHARACTERS_MAX) return text
  return `${text.slice(0, SHOWN_CHARACTERS_MAX)}... (${text.length} characters)`
}

function countSkip(reader, reason) {
  reader.skips.set(reason, (reader.skips.get(reason) ?? 0) + 1)
}

// The differences of one column as texts, and how many there are.
function compareColumn(reader, field, expected, found, report) {
  const hidden = new Set(leaves(field).map(leaf => reader.opaque(leaf)).filter(Boolean))
  for (const reason of hidden) countSkip(reader, reason)
  const view = value => {
    const seen = reader.view ? reader.view(field, value) : value
    return hidden.size ? mask(field, seen, reader.opaque) : seen
  }
  let count = 0
  for (let row = 0; row < Math.max(expected.length, found.length); ++row) {
    const left = row < expected.length ? view(expected[row]) : undefined
    const right = row < found.length ? view(found[row]) : undefined
    if (JSON.stringify(left) === JSON.stringify(right)) continue
    if (++count <= DIFFERENCES_SHOWN_PER_COLUMN) {
      const place = `column ${JSON.stringify(field.name)} (${field.type}), row ${row}`
      report(`${place}: expected ${shown(left)}, found ${shown(right)}`)
    }
  }
  if (count > DIFFERENCES_SHOWN_PER_COLUMN) report(`column ${JSON.stringify(field.name)}: ${count} rows differ`)
  return count
}

// True when the reader finds in the file what is expected.
async function compareFile(reader, path, expected, report) {
  const whole = reader.refusesFile?.(expected.schema)
  if (whole) {
    countSkip(reader, whole)
    return true
  }
  const skipped = new Set()
  for (const [i, field] of expected.schema.entries()) {
    const reason = reader.refuses(field, expected.columns[i])
    if (!reason) continue
    skipped.add(i)
    countSkip(reader, reason)
  }
  let columns
  try {
    columns = await reader.session.read(path, expected.schema, skipped)
  } catch (error) {
    report(`cannot be read: ${String(error?.message ?? error).split('\n')[0]}`)
    return false
  }
  if (columns.length !== expected.schema.length) {
    report(`expected ${expected.schema.length} columns, found ${columns.length}`)
    return false
  }
  let differences = 0
  for (const [i, field] of expected.schema.entries()) {
    if (reader.namesAreExact && columns[i].name !== field.name) {
      report(`column ${i}: expected the name ${JSON.stringify(field.name)}, found ${JSON.stringify(columns[i].name)}`)
      ++differences
    }
    if (!skipped.has(i)) differences += compareColumn(reader, field, expected.columns[i], columns[i].values, report)
  }
  return differences === 0
}

async function main(directory) {
  const files = readdirSync(directory).filter(file => file.endsWith('.parquet')).sort()
  if (files.length === 0) {
    console.log(`no .parquet files in ${directory}`)
    return 1
  }
  const { loaded, missing } = await loadReaders()
  for (const file of files) {
    const path = join(directory, file)
    const expected = readExpected(path.slice(0, -'.parquet'.length))
    for (const reader of loaded) {
      const report = words => console.log(`${file}: ${reader.name}: ${words}`)
      if (await compareFile(reader, path, expected, report)) ++reader.equal
      else ++reader.differ
    }
  }
  for (const reader of loaded) {
    const skips = [...reader.skips].map(([reason, columns]) => `, ${columns} columns skipped (${reason})`)
    console.log(`${reader.name}: ${reader.equal} files equal, ${reader.differ} differ${skips.join('')}`)
    reader.session.close()
  }
  if (loaded.some(reader => reader.differ > 0)) return 1
  if (missing.length === 0) return 0
  console.log(`skipped, for these readers are not installed (npm install in tests/conformance): ${missing.join(', ')}`)
  return 77
}

if (process.argv.length !== 3) {
  console.error('usage: node read_files.mjs DIR')
  process.exit(2)
}
process.exitCode = await main(process.argv[2])

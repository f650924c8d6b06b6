// Files that others wrote: the Parquet project's own collection, apache/parquet-testing. Every valid one must be read,
// with the values that DuckDB finds in it and that stand beside some of them; every bad one must be refused in words.
//
//   node parquet_testing.mjs PROGRAM [FILE]      PROGRAM is sluice, best the sanitized one
//
// SLUICE_PROGRAM may name another, quick one, that writes copies and counts: a sanitized process takes long to start.
// Values are compared by rewriting: `sluice show --format arrow | sluice write -` makes a file of what Sluice has read,
// and DuckDB compares it with the original, row by row; and how many rows fulfil some conditions, with the help of the
// file's statistics, is compared with what DuckDB counts. Where DuckDB has no say, what stands beside the file does:
// the variants that shredded ones are, values in CSV, numbers in a description; or another file with the same rows.
// What is compared with nothing is named, with the reason.
// The collection is at PARQUET_TEST_DATA, else ../shared/data/parquet-testing beside the project. Exit code 0 = all is
// as it should be, 1 = not, 77 = the collection or DuckDB is not there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { rowsOf, variantOf, variantOfParts, variantText } from './variant.mjs'

const SKIPPED = 77
const QUICK = process.env.SLUICE_PROGRAM
const SECONDS_MAX = 120
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

// Valid files that are refused, and the words in which.
const REFUSED = {
  'data/large_string_map.brotli.parquet': 'limits.page_bytes', // one page unpacks to 1 GiB
  'data/datapage_v1-corrupt-checksum.parquet': 'checksum',
  'data/rle-dict-uncompressed-corrupt-checksum.parquet': 'checksum',
}
// Bad files that are valid after all, with their rows.
const VALID = { 'bad_data/ARROW-GH-43605.parquet': 21186 }
// Files that DuckDB does not read, or reads as something else, and what they are compared with instead.
const COMPARED_OTHERWISE = {
  'data/hadoop_lz4_compressed.parquet': compareWithTwin, // DuckDB: not its LZ4
  'data/int96_from_spark.parquet': compareWithDescription, // DuckDB wraps years beyond its nanoseconds
  'shredded_variant': compareWithVariants, // DuckDB puts parts together, or crashes
}
// The same rows in another codec.
const TWINS = { 'data/hadoop_lz4_compressed.parquet': 'data/lz4_raw_compressed.parquet' }
// Files that break the rules of shredding, which only who puts variants together sees: their parts are well.
const NO_VARIANTS = ['case-040.parquet', 'case-042.parquet', 'case-043-INVALID.parquet']
// DuckDB's types whose values both can be asked for, and how Sluice writes a value of theirs.
const ASKED = {
  ...Object.fromEntries(
    ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'FLOAT', 'DOUBLE']
      .map(type => [type, text => text]),
  ),
  BOOLEAN: text => text,
  VARCHAR: quoted,
  DATE: quoted,
}
const ASKED_COLUMNS_MAX = 3

let failures = 0
let conditions = 0

function fail(file, words) {
  ++failures
  console.log(`${file}: ${words}`)
}

function sluice(program, words, input) {
  const done = spawnSync(program, words, { input, maxBuffer: 1 << 30, timeout: SECONDS_MAX * 1000 })
  if (done.error || done.signal) return { status: -1, out: done.stdout, err: String(done.error ?? done.signal) }
  return { status: done.status, out: done.stdout, err: done.stderr.toString() }
}

// A failure has to be one of ours: words, exit code 1, no sanitizer.
function holdRefusal(file, done, words) {
  if (done.status !== 1) return fail(file, `exit code ${done.status}, expected 1: ${done.err}`)
  if (!done.err.startsWith('sluice: error: ')) return fail(file, `not refused in words: ${done.err}`)
  if (words && !done.err.includes(words)) fail(file, `expected "${words}" in: ${done.err}`)
}

function quoted(text) {
  return `'${text.replaceAll("'", "''")}'`
}

// How many rows one has and the other has not, the order of rows included.
async function differences(connection, a, b) {
  const rows = source => `SELECT row_number() OVER () AS sluice_row, * FROM ${source}`
  const count = (x, y) => `(SELECT count(*) FROM (${rows(x)} EXCEPT ALL ${rows(y)}))`
  const found = await connection.runAndReadAll(`SELECT ${count(a, b)} + ${count(b, a)}`)
  return Number(found.getRows()[0][0])
}

async function compareWithDuckdb(program, connection, folder, file, path) {
  const stream = sluice(program, ['show', path, '--format', 'arrow'])
  const copy = join(folder, basename(path))
  const written = sluice(QUICK ?? program, ['write', '-', '--from', 'arrow', '-o', copy, '-q'], stream.out)
  if (written.status !== 0) return fail(file, `what was read cannot be written: ${written.err}`)
  const parquet = name => `read_parquet(${quoted(name)})`
  try {
    await connection.runAndReadAll(`SELECT count(*) FROM (SELECT DISTINCT * FROM ${parquet(path)})`)
  } catch (error) {
    return `not by DuckDB (${String(error.message).split('\n')[0].slice(0, 90)})`
  }
  const different = await differences(connection, parquet(path), parquet(copy))
  if (different > 0) return fail(file, `${different} rows differ from what DuckDB reads`)
  rmSync(copy)
  return 'equal'
}

// Of some columns, rows above, up to, equal to and unequal to a value of theirs.
async function compareCounts(program, connection, file, path) {
  const source = `read_parquet(${quoted(path)})`
  const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)).getRows()
  const asked = described.filter(([name, type]) => ASKED[type] && name !== '').slice(0, ASKED_COLUMNS_MAX)
  for (const [i, [name, type]] of asked.entries()) {
    const column = `"${name.replaceAll('"', '""')}"`
    const middle = `SELECT quantile_disc(${column}, 0.5)::VARCHAR FROM ${source}`
    const value = (await connection.runAndReadAll(middle)).getRows()[0][0]
    if (value === null || (!/^-?\d/.test(value) && ASKED[type](value) === value && type !== 'BOOLEAN')) continue
    const comparison = ['>', '<=', '=', '<>'][(i + path.length) % 4]
    const where = `${column} ${comparison} CAST(${quoted(value)} AS ${type})`
    const rows = await connection.runAndReadAll(`SELECT count(*) FROM ${source} WHERE ${where}`)
    const condition = `${column} ${comparison} ${ASKED[type](value)}`
    const counted = sluice(QUICK ?? program, ['count', path, '--where', condition])
    if (counted.status !== 0) return fail(file, `${condition}: ${counted.err}`)
    if (Number(counted.out) !== Number(rows.getRows()[0][0]))
      fail(file, `${condition}: ${String(counted.out).trim()} rows, DuckDB counts ${rows.getRows()[0][0]}`)
    ++conditions
  }
}

async function compareWithTwin(program, connection, folder, file, path) {
  const twin = join(path.slice(0, -file.length), TWINS[file])
  const rows = name => sluice(program, ['show', name, '--format', 'ndjson']).out.toString()
  if (rows(path) !== rows(twin)) return fail(file, `other rows than those of ${TWINS[file]}`)
  return `equal to ${basename(twin)}, which DuckDB reads`
}

// Microseconds since 1970 as `sluice show` writes them, in any year.
function timestampText(microseconds) {
  const day = 86_400_000_000n
  const inDay = ((microseconds % day) + day) % day
  const cycle = 146_097n // days of 400 years, after which all comes again
  const days = (microseconds - inDay) / day
  const within = ((days % cycle) + cycle) % cycle
  const date = new Date(Number(within) * 86_400_000)
  const year = BigInt(date.getUTCFullYear()) + ((days - within) / cycle) * 400n
  const time = new Date(Number(inDay / 1000n)).toISOString().slice(11, 19)
  const fraction = String(inDay % 1_000_000n).padStart(6, '0')
  return `${year > 9999n ? '+' : ''}${year}${date.toISOString().slice(4, 10)}T${time}.${fraction}`
}

async function compareWithDescription(program, connection, folder, file, path) {
  const told = readFileSync(path.replace(/\.parquet$/, '.md'), 'utf8').match(/correspond to:\s*```\s*([^`]*?)\s*```/)[1]
  const expected = told.split(', ').map(value => (value === 'null' ? null : timestampText(BigInt(value))))
  const rows = sluice(program, ['show', path, '--format', 'ndjson']).out.toString().trim().split('\n')
  const found = rows.map(row => JSON.parse(row).a)
  if (JSON.stringify(found) !== JSON.stringify(expected)) return fail(file, `${found}, expected ${expected}`)
  return 'equal to the values of its description'
}

async function compareWithVariants(program, connection, folder, file, path) {
  if (NO_VARIANTS.includes(basename(path))) return 'only read (it breaks the rules of shredding)'
  const cases = JSON.parse(readFileSync(join(dirname(path), 'cases.json'), 'utf8'))
  const { variant_file: one, variant_files: many } = cases.find(entry => entry.parquet_file === basename(path))
  const expected = (many ?? [one]).map(name => (name ? variantOf(readFileSync(join(dirname(path), name))) : null))
  const rows = rowsOf(sluice(program, ['show', path, '--format', 'ndjson']).out.toString())
  const found = rows.map(row => variantText(variantOfParts(row.var)))
  if (JSON.stringify(found) !== JSON.stringify(expected.map(variantText)))
    return fail(file, `${found}, expected ${expected.map(variantText)}`)
  return 'equal to the variants beside it'
}

async function compareWithText(program, connection, folder, file, path) {
  const expected = path.replace(/\.parquet$/, '_expect.csv')
  if (!existsSync(expected)) return
  const text = sluice(program, ['show', path, '--format', 'csv'])
  const found = join(folder, 'found.csv')
  writeFileSync(found, text.out)
  const options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
  const csv = name => `read_csv(${quoted(name)}, ${options})`
  const different = await differences(connection, csv(expected), csv(found))
  if (different > 0) fail(file, `${different} rows differ from ${basename(expected)}`)
}

async function readFile(program, connection, folder, file, path) {
  const read = sluice(program, ['show', path])
  if (REFUSED[file]) {
    holdRefusal(file, read, REFUSED[file])
    return 'refused'
  }
  if (read.status !== 0) return fail(file, read.err)
  const rows = read.out.toString().split('\n').length - 1
  const counted = Number(sluice(program, ['count', path]).out)
  if (rows !== counted) fail(file, `${rows} rows are shown, ${counted} counted`)
  if (VALID[file] !== undefined && rows !== VALID[file]) fail(file, `${rows} rows, expected ${VALID[file]}`)
  await compareWithText(program, connection, folder, file, path)
  const otherwise = COMPARED_OTHERWISE[file] ?? COMPARED_OTHERWISE[dirname(file)]
  if (otherwise) return otherwise(program, connection, folder, file, path)
  const outcome = await compareWithDuckdb(program, connection, folder, file, path)
  if (outcome === 'equal') await compareCounts(program, connection, file, path)
  return outcome
}

function refuseBad(program, file, path) {
  const begin = Date.now()
  holdRefusal(file, sluice(program, ['show', path]))
  const seconds = (Date.now() - begin) / 1000
  if (seconds > 20) fail(file, `took ${seconds} s`)
  return 'refused'
}

function refuseEncrypted(program, file, path) {
  holdRefusal(file, sluice(program, ['show', path]), 'encrypted')
  return 'refused'
}

function listed(top, folder, ending) {
  const found = []
  for (const entry of readdirSync(join(top, folder), { withFileTypes: true })) {
    const name = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...listed(top, name, ending))
    else if (entry.name.endsWith(ending)) found.push(name)
  }
  return found.sort()
}

async function main() {
  const [program, only] = process.argv.slice(2)
  const top = process.env.PARQUET_TEST_DATA ?? join(ROOT, '..', 'shared', 'data', 'parquet-testing')
  if (!existsSync(join(top, 'data'))) {
    console.log(`skipped: no parquet-testing at ${top} (PARQUET_TEST_DATA)`)
    return SKIPPED
  }
  let connection
  try {
    const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api')
    connection = await (await DuckDBInstance.create(':memory:')).connect()
  } catch (error) {
    console.log(`skipped: DuckDB is not installed (${String(error.message).split('\n')[0]})`)
    return SKIPPED
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluice_parquet_testing_'))
  const outcomes = new Map()
  for (const file of listed(top, '', '')) {
    const path = join(top, file)
    let outcome
    if (only && !file.endsWith(only)) continue
    if (file.endsWith('.parquet.encrypted')) outcome = refuseEncrypted(program, file, path)
    else if (!file.endsWith('.parquet')) continue
    else if (readFileSync(path).subarray(-4).toString() === 'PARE') outcome = refuseEncrypted(program, file, path)
    else if (file.startsWith('bad_data') && VALID[file] === undefined) outcome = refuseBad(program, file, path)
    else outcome = await readFile(program, connection, folder, file, path)
    const kind = (outcome ?? 'FAILED').split(' (')[0]
    outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
    if (outcome?.includes('(')) console.log(`${file}: ${outcome}`)
  }
  rmSync(folder, { recursive: true, force: true })
  for (const [kind, count] of outcomes) console.log(`${count} files: ${kind}`)
  console.log(`${conditions} conditions: as many rows as DuckDB counts`)
  return failures === 0 ? 0 : 1
}

process.exitCode = await main()

// Arrow IPC that other implementations wrote, through the program: Apache Arrow for JavaScript writes files and streams
// (all types that we have, nested ones, dictionaries with deltas and replacements, messages of before 2019), Polars
// compressed ones; `sluice write` makes Parquet of them, and the readers of read_files.mjs compare every value with
// what was written. Real data are read a second time by Apache Arrow itself.
//
//   node arrow_ipc.mjs PROGRAM        PROGRAM is sluice, best the sanitized one
//
// Exit code 0 = all equal, 1 = a difference or a failure, 77 = a library is not installed. The real data are
// data/real/flights-200k.arrow of the folder SLUICE_SHARED, or of ../shared beside the project.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { scalar } from './canonical.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const shared = process.env.SLUICE_SHARED ?? join(here, '..', '..', '..', 'shared')
const SKIPPED = 77

// ---- columns: what to write, and the form that the readers are to find ----------------------------------------------

function bitmapOf(values) {
  const bitmap = new Uint8Array(Math.ceil(values.length / 8))
  for (const [i, value] of values.entries()) if (value !== null) bitmap[i >> 3] |= 1 << (i & 7)
  return bitmap
}

function fixed(arrow, name, type, field, values, Numbers) {
  const nulls = values.filter(value => value === null).length
  const zero = Numbers.name.startsWith('Big') ? 0n : 0
  const data = arrow.makeData({
    type, length: values.length, nullCount: nulls, nullBitmap: nulls ? bitmapOf(values) : undefined,
    data: Numbers.from(values, value => value ?? zero),
  })
  const stored = field.unit === 's' ? values.map(value => (value === null ? null : value * 1000n)) : values
  return { field: { name, nullable: true, ...field }, data, expected: stored.map(value => canonical(field, value)) }
}

// Lists are arrays, structs are objects.
function built(arrow, name, type, field, values) {
  const vector = arrow.vectorFromArray(values, type)
  assert.equal(vector.data.length, 1)
  const expected = values.map(value => canonical(field, value))
  return { field: { name, nullable: true, ...field }, data: vector.data[0], expected }
}

function canonical(field, value) {
  if (value === null || value === undefined) return null
  if (field.type === 'list' || field.type === 'fixed_list') return value.map(item => canonical(field.children[0], item))
  if (field.type === 'struct') return field.children.map(child => canonical(child, value[child.name]))
  return scalar(field, value)
}

// Rows that come as indices into `words`, a vector: null for -1.
function looked(arrow, name, id, words, indexType, Numbers, indices) {
  const present = indices.map(index => (index < 0 ? null : index))
  const nulls = present.filter(index => index === null).length
  const data = arrow.makeData({
    type: new arrow.Dictionary(words.type, indexType, id), length: indices.length, nullCount: nulls,
    nullBitmap: nulls ? bitmapOf(present) : undefined, data: Numbers.from(indices, index => Math.max(index, 0)),
    dictionary: words,
  })
  const field = { type: 'string' }
  return {
    field: { name, nullable: true, ...field }, data,
    expected: present.map(index => (index === null ? null : words.get(index))),
  }
}

function allTypes(arrow) {
  const unit = arrow.TimeUnit
  const big = [0n, 1n, -1n, null, 9223372036854775807n, -9223372036854775808n]
  const instants = [0n, 1n, -1n, null, 1700000000123n, -62135596800000n]
  const item = (type, nullable = true) => new arrow.Field('item', type, nullable)
  const int = { name: 'item', type: 'int32' }
  const point = new arrow.Struct([new arrow.Field('x', new arrow.Float64(), true), item(new arrow.Utf8())])
  const pointField = { type: 'struct', children: [{ name: 'x', type: 'float64' }, { name: 'item', type: 'string' }] }
  return [
    fixed(arrow, 'i8', new arrow.Int8(), { type: 'int8' }, [0, 1, -1, null, 127, -128], Int8Array),
    fixed(arrow, 'i16', new arrow.Int16(), { type: 'int16' }, [0, 1, -1, 5, 32767, -32768], Int16Array),
    fixed(arrow, 'i32', new arrow.Int32(), { type: 'int32' }, [0, 1, -1, null, 2147483647, -2147483648], Int32Array),
    fixed(arrow, 'i64', new arrow.Int64(), { type: 'int64' }, big, BigInt64Array),
    fixed(arrow, 'u8', new arrow.Uint8(), { type: 'uint8' }, [0, 1, 2, null, 254, 255], Uint8Array),
    fixed(arrow, 'u16', new arrow.Uint16(), { type: 'uint16' }, [0, 1, 2, null, 65534, 65535], Uint16Array),
    fixed(arrow, 'u32', new arrow.Uint32(), { type: 'uint32' }, [0, 1, 2, null, 4294967294, 4294967295], Uint32Array),
    fixed(arrow, 'u64', new arrow.Uint64(), { type: 'uint64' },
      [0n, 1n, 2n, null, 18446744073709551614n, 18446744073709551615n], BigUint64Array),
    fixed(arrow, 'f32', new arrow.Float32(), { type: 'float32' }, [0, -0, 1.5, null, Infinity, NaN], Float32Array),
    fixed(arrow, 'f64', new arrow.Float64(), { type: 'float64' }, [0, -0, 0.1, null, -Infinity, NaN], Float64Array),
    fixed(arrow, 'day', new arrow.DateDay(), { type: 'date' }, [0, 1, -1, null, 19782, -719162], Int32Array),
    fixed(arrow, 's', new arrow.Timestamp(unit.SECOND), { type: 'timestamp', unit: 's' },
      [0n, 1n, -1n, null, 1700000000n, 5n], BigInt64Array),
    fixed(arrow, 'ms', new arrow.Timestamp(unit.MILLISECOND, 'UTC'), { type: 'timestamp', unit: 'ms', zone: 'UTC' },
      instants, BigInt64Array),
    fixed(arrow, 'us', new arrow.Timestamp(unit.MICROSECOND), { type: 'timestamp', unit: 'us' }, instants,
      BigInt64Array),
    fixed(arrow, 'ns', new arrow.Timestamp(unit.NANOSECOND), { type: 'timestamp', unit: 'ns' }, instants,
      BigInt64Array),
    built(arrow, 'b', new arrow.Bool(), { type: 'bool' }, [true, false, null, true, true, false]),
    built(arrow, 'text', new arrow.Utf8(), { type: 'string' },
      ['', 'a', null, 'h\u00e9', '\u{1f600}', 'b'.repeat(99)]),
    built(arrow, 'bytes', new arrow.Binary(), { type: 'binary' },
      [new Uint8Array(0), Uint8Array.of(0, 255), null, Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]),
    built(arrow, 'large_text', new arrow.LargeUtf8(), { type: 'string' },
      ['', 'a', null, 'h\u00e9', '\u{1f600}', 'b'.repeat(99)]),
    built(arrow, 'large_bytes', new arrow.LargeBinary(), { type: 'binary' },
      [new Uint8Array(0), Uint8Array.of(0, 255), null, Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]),
    built(arrow, 'text_view', new arrow.Utf8View(), { type: 'string' },
      ['', 'a', null, 'twelve bytes', 'thirteen byte', 'b'.repeat(99)]),
    built(arrow, 'large_list', new arrow.LargeList(item(new arrow.LargeUtf8())),
      { type: 'list', children: [{ name: 'item', type: 'string' }] },
      [['a', null], [], null, ['c'], ['d', 'e'], ['']]),
    built(arrow, 'pairs', new arrow.FixedSizeList(2, item(new arrow.Int32())),
      { type: 'fixed_list', size: 2, children: [int] },
      [[1, 2], [3, null], null, [4, 5], [6, 7], [null, null]]),
    built(arrow, 'list', new arrow.List(item(new arrow.Int32())), { type: 'list', children: [int] },
      [[1, null], [], null, [3], [4, 5, 6], [null]]),
    built(arrow, 'lists', new arrow.List(item(new arrow.List(item(new arrow.Int32())))),
      { type: 'list', children: [{ name: 'item', type: 'list', children: [int] }] },
      [[[1], [], null], [], null, [[2, null]], [null], [[]]]),
    built(arrow, 'point', point, pointField,
      [{ x: 1, item: 'a' }, null, { x: null, item: null }, { x: 2, item: 'b' }, { x: 3, item: null }, null]),
    built(arrow, 'points', new arrow.List(item(point)), { type: 'list', children: [{ name: 'item', ...pointField }] },
      [[{ x: 1, item: 'a' }], [], null, [null, { x: null, item: 'z' }], [], [{ x: 2, item: null }]]),
    looked(arrow, 'word', 1, arrow.vectorFromArray(['x', 'yy', ''], new arrow.Utf8()), new arrow.Int32(), Int32Array,
      [0, 1, 2, -1, 1, 0]),
    looked(arrow, 'small', 2, arrow.vectorFromArray(['a', 'b'], new arrow.Utf8()), new arrow.Uint8(), Uint8Array,
      [1, 1, 0, 0, 1, 0]),
    built(arrow, 'tags', new arrow.List(item(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16(), 3))),
      { type: 'list', children: [{ name: 'item', type: 'string' }] },
      [['a', null], [], null, ['b', 'a'], ['c'], ['a', 'a']]),
  ]
}

// ---- cases ----------------------------------------------------------------------------------------------------------

function batchOf(arrow, columns, length) {
  const fields = columns.map(column => new arrow.Field(column.field.name, column.data.type, true))
  const type = new arrow.Struct(fields)
  const children = columns.map(column => column.data)
  const data = arrow.makeData({ type, length, nullCount: 0, children })
  return new arrow.RecordBatch(new arrow.Schema(fields), data)
}

function bytesOf(Writer, batches, options) {
  const writer = new Writer(options)
  for (const batch of batches) writer.write(batch)
  writer.finish()
  return writer.toUint8Array(true)
}

function caseOf(words, ending, bytes, parts) {
  const expected = parts[0].map((column, i) => parts.flatMap(columns => columns[i].expected))
  return { words, ending, bytes, fields: parts[0].map(column => column.field), expected }
}

function typeCases(arrow) {
  const columns = allTypes(arrow)
  const batches = [batchOf(arrow, columns, 6), batchOf(arrow, columns, 6)]
  // Of a slice of views Apache Arrow for JavaScript 21 writes too few.
  const whole = columns.filter(column => column.field.name !== 'text_view')
  const sliced = { ...caseOf('slices', 'arrows', null, [whole]) }
  const batch = batchOf(arrow, whole, 6)
  sliced.bytes = bytesOf(arrow.RecordBatchStreamWriter, [batch.slice(1, 5), batch.slice(5, 6)])
  sliced.expected = sliced.expected.map(values => values.slice(1))
  return [
    caseOf('stream', 'arrows', bytesOf(arrow.RecordBatchStreamWriter, batches), [columns, columns]),
    caseOf('file', 'arrow', bytesOf(arrow.RecordBatchFileWriter, batches), [columns, columns]),
    caseOf('old stream', 'arrows', bytesOf(arrow.RecordBatchStreamWriter, batches, { writeLegacyIpcFormat: true }),
      [columns, columns]),
    sliced,
  ]
}

function dictionaryCases(arrow) {
  const utf8 = words => arrow.vectorFromArray(words, new arrow.Utf8())
  const rows = (words, indices) => [looked(arrow, 'word', 1, words, new arrow.Int32(), Int32Array, indices)]
  const first = utf8(['a', 'b'])
  const more = first.concat(utf8(['c'])).concat(utf8(['d', 'e']))
  const growing = [rows(first, [0, 1, -1]), rows(more, [4, 2, 0]), rows(more, [3])]
  const changing = [rows(first, [0, 1, 1]), rows(utf8(['z']), [0, -1, 0]), rows(utf8(['y', 'x']), [1])]
  const batches = parts => parts.map(columns => batchOf(arrow, columns, columns[0].expected.length))
  return [
    caseOf('deltas', 'arrows', bytesOf(arrow.RecordBatchStreamWriter, batches(growing)), growing),
    caseOf('deltas in a file', 'arrow', bytesOf(arrow.RecordBatchFileWriter, batches(growing)), growing),
    caseOf('replacements', 'arrows', bytesOf(arrow.RecordBatchStreamWriter, batches(changing)), changing),
  ]
}

// Texts of Polars are views, into one buffer or several.
function compressedCases(polars) {
  const count = 10_000
  const integers = Array.from({ length: count }, (_, i) => (i % 7 === 0 ? null : i % 1000))
  const reals = Array.from({ length: count }, (_, i) => Math.sin(i))
  const flags = Array.from({ length: count }, (_, i) => i % 3 === 0)
  const texts = Array.from({ length: count }, (_, i) => (i % 11 === 0 ? null : 'x'.repeat(i % 40) + (i % 500)))
  const names = [['n', 'float64'], ['x', 'float64'], ['b', 'bool'], ['t', 'string']]
  const fields = names.map(([name, type]) => ({ name, type, nullable: true }))
  const expected = [integers, reals, flags, texts].map((values, i) => values.map(value => canonical(fields[i], value)))
  const frame = polars.DataFrame({
    n: polars.Series('n', integers, polars.Float64), x: polars.Series('x', reals, polars.Float64), b: flags, t: texts,
  })
  const cases = ['uncompressed', 'lz4', 'zstd'].flatMap(compression => [
    { words: `polars, ${compression}`, ending: 'arrow', bytes: frame.writeIPC({ compression }), fields, expected },
    { words: `polars, ${compression}, stream`, ending: 'arrows', bytes: frame.writeIPCStream({ compression }), fields,
      expected },
  ])
  for (const one of cases.slice(2)) assert(one.bytes.length < cases[0].bytes.length, `${one.words} is not compressed`)
  return cases
}

function realCase(arrow, path) {
  const bytes = readFileSync(path)
  const table = arrow.tableFromIPC(bytes)
  const types = { Int16: 'int16', Float32: 'float32' }
  const fields = table.schema.fields.map(({ name, type }) => ({ name, type: types[String(type)], nullable: true }))
  const expected = fields.map((field, i) => Array.from(table.getChildAt(i), value => canonical(field, value)))
  return { words: 'flights-200k', ending: 'arrow', bytes, fields, expected }
}

// ---- the run --------------------------------------------------------------------------------------------------------

async function load() {
  const require = createRequire(import.meta.url)
  return { arrow: await import('apache-arrow'), polars: require('nodejs-polars') }
}

function write(program, folder, number, one) {
  const base = join(folder, String(number).padStart(4, '0'))
  const source = `${base}.${one.ending}`
  writeFileSync(source, one.bytes)
  writeFileSync(`${base}.schema.json`, JSON.stringify(one.fields))
  const rows = one.expected[0].map((_, row) => `${JSON.stringify(one.expected.map(values => values[row]))}\n`)
  writeFileSync(`${base}.expected.ndjson`, rows.join(''))
  const piped = one.ending === 'arrows' // streams come through a pipe, too
  const from = piped ? ['-', '--from', 'arrow'] : [source]
  const done = spawnSync(program, ['write', ...from, '-o', `${base}.parquet`, '--sync', 'off'],
    { input: piped ? one.bytes : undefined, encoding: 'utf8' })
  if (done.status !== 0) console.log(`${base}: ${one.words}: ${done.stderr}`)
  return done.status === 0
}

async function main(program) {
  let libraries
  try {
    libraries = await load()
  } catch (error) {
    console.log(`skipped: ${String(error.message).split('\n')[0]} (npm install in tests/conformance)`)
    return SKIPPED
  }
  const { arrow, polars } = libraries
  const cases = [...typeCases(arrow), ...dictionaryCases(arrow), ...compressedCases(polars)]
  const real = join(shared, 'data', 'real', 'flights-200k.arrow')
  if (existsSync(real)) cases.push(realCase(arrow, real))
  else console.log(`without real data: ${real} is not there`)
  const folder = mkdtempSync(join(tmpdir(), 'sluice_arrow_'))
  const failed = cases.filter((one, number) => !write(program, folder, number, one))
  const read = spawnSync(process.execPath, [join(here, 'read_files.mjs'), folder], { encoding: 'utf8' })
  process.stdout.write(read.stdout + read.stderr)
  console.log(`${cases.length} sources, ${failed.length} of which could not be written`)
  if (failed.length > 0 || (read.status !== 0 && read.status !== SKIPPED)) {
    for (const [number, one] of cases.entries()) console.log(`${String(number).padStart(4, '0')}: ${one.words}`)
    console.log(`all files are kept in ${folder}`)
    return 1
  }
  rmSync(folder, { recursive: true })
  return read.status
}

if (process.argv.length !== 3) {
  console.error('usage: node arrow_ipc.mjs PROGRAM')
  process.exit(2)
}
process.exitCode = await main(process.argv[2])

// Proves that read_files.mjs can both agree and disagree: a file that DuckDB wrote, what is in it written down by hand,
// read once as it is and once with each single value of the expectation changed.
//
//   node read_files_test.mjs        exit code 0 = as it should be, 1 = not, 77 = the readers are not installed
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const scalar = type => ({ type, nullable: true })
const at = (unit, zone) => ({ type: 'timestamp', unit, zone, nullable: true })
const list = element => ({ type: 'list', nullable: true, children: [{ name: 'element', ...element }] })
const struct = fields => ({
  type: 'struct', nullable: true, children: Object.entries(fields).map(([name, field]) => ({ name, ...field })),
})

// name, type, and for each row: DuckDB's literal, the canonical value.
const COLUMNS = [
  ['b', scalar('bool'), ['true', true], ['false', false], ['NULL', null]],
  ['i8', scalar('int8'), ['(-128)::TINYINT', '-128'], ['127::TINYINT', '127'], ['NULL', null]],
  ['i16', scalar('int16'), ['(-32768)::SMALLINT', '-32768'], ['32767::SMALLINT', '32767'], ['NULL', null]],
  ['i32', scalar('int32'), ['(-2147483648)::INT', '-2147483648'], ['2147483647::INT', '2147483647'], ['NULL', null]],
  ['i64', scalar('int64'), ['(-9223372036854775808)::BIGINT', '-9223372036854775808'],
    ['9223372036854775807::BIGINT', '9223372036854775807'], ['NULL', null]],
  ['u8', scalar('uint8'), ['0::UTINYINT', '0'], ['255::UTINYINT', '255'], ['NULL', null]],
  ['u16', scalar('uint16'), ['0::USMALLINT', '0'], ['65535::USMALLINT', '65535'], ['NULL', null]],
  ['u32', scalar('uint32'), ['0::UINTEGER', '0'], ['4294967295::UINTEGER', '4294967295'], ['NULL', null]],
  ['u64', scalar('uint64'), ['0::UBIGINT', '0'],
    ['18446744073709551615::UBIGINT', '18446744073709551615'], ['NULL', null]],
  ['f32', scalar('float32'), ["'-0.0'::FLOAT", '80000000'], ['1::FLOAT', '3f800000'], ["'nan'::FLOAT", 'nan']],
  ['f64', scalar('float64'), ["'-0.0'::DOUBLE", '8000000000000000'], ['0.1::DOUBLE', '3fb999999999999a'],
    ["'-inf'::DOUBLE", 'fff0000000000000']],
  ['s', scalar('string'), ["''", ''], ["'h\u00e9 \u{1f600}'", 'h\u00e9 \u{1f600}'], ['NULL', null]],
  ['j', scalar('json'), [`'{"a": 1.0}'::JSON`, '{"a": 1.0}'], ["'null'::JSON", 'null'], ['NULL', null]],
  ['x', scalar('binary'), ["''::BLOB", { hex: '' }], ["'\\xFF\\x00\\x61'::BLOB", { hex: 'ff0061' }], ['NULL', null]],
  ['d', scalar('date'), ["DATE '1969-12-31'", '-1'], ["DATE '2024-02-29'", '19782'], ['NULL', null]],
  ['ms', at('ms'), ["TIMESTAMP_MS '1970-01-01 00:00:01.234'", '1234'], ["TIMESTAMP_MS '1969-12-31 23:59:59.999'", '-1'],
    ['NULL', null]],
  ['us', at('us'), ["TIMESTAMP '1970-01-01 00:00:01.234567'", '1234567'],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", '-1'],
    ['NULL', null]],
  ['ns', at('ns'), ["TIMESTAMP_NS '1970-01-01 00:00:01.234567891'", '1234567891'],
    ["TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", '-1'], ['NULL', null]],
  ['tz', at('us', 'UTC'), ["TIMESTAMPTZ '1970-01-01 00:00:01.5+00'", '1500000'],
    ["TIMESTAMPTZ '1970-01-01 02:00:00+02'", '0'], ['NULL', null]],
  ['li', list(scalar('int32')), ['[1, NULL, 3]::INT[]', ['1', null, '3']], ['[]::INT[]', []], ['NULL', null]],
  ['ll', list(list(scalar('string'))), ["[['a'], [], NULL, ['b', NULL]]", [['a'], [], null, ['b', null]]],
    ['[NULL]', [null]], ['[]', []]],
  ['st', struct({ 1: scalar('int64'), a: scalar('string'), n: struct({ z: scalar('float64') }) }),
    ["{'1': 7::BIGINT, 'a': 'x', 'n': {'z': 2::DOUBLE}}", ['7', 'x', ['4000000000000000']]],
    ["{'1': NULL, 'a': NULL, 'n': {'z': NULL}}", [null, null, [null]]], ['NULL', null]],
  ['ls', list(struct({ q: scalar('int32'), r: list(at('us')) })),
    ["[{'q': 1, 'r': [TIMESTAMP '1970-01-01 00:00:00.000001', NULL]}, NULL, {'q': NULL, 'r': NULL}]",
      [['1', ['1', null]], null, [null, null]]],
    ["[{'q': 2, 'r': []}]", [['2', []]]], ['NULL', null]],
]

const here = dirname(fileURLToPath(import.meta.url))

function readFolder(folder) {
  return spawnSync(process.execPath, [join(here, 'read_files.mjs'), folder], { encoding: 'utf8' })
}

function writeExpected(base, rows) {
  writeFileSync(`${base}.expected.ndjson`, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

async function main(folder) {
  const base = join(folder, '0000')
  const rows = [0, 1, 2].map(row => COLUMNS.map(column => column[2 + row][1]))
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create()).connect()
  const selects = [0, 1, 2].map(row => {
    return `SELECT ${COLUMNS.map(column => `${column[2 + row][0]} AS "${column[0]}"`).join(', ')}`
  })
  await connection.run(`COPY (${selects.join(' UNION ALL ')}) TO '${base}.parquet' (FORMAT parquet)`)
  writeFileSync(`${base}.schema.json`, JSON.stringify(COLUMNS.map(([name, field]) => ({ name, ...field }))))

  writeExpected(base, rows)
  const agreed = readFolder(folder)
  if (agreed.status === 77) {
    console.log(agreed.stdout.trim())
    return 77
  }
  assert.equal(agreed.status, 0, agreed.stdout + agreed.stderr)

  // One wrong value per column, in a row of its own: each reader must see every one of them.
  writeExpected(base, rows.map((row, r) => row.map((value, c) => (c % 3 === r ? 'wrong' : value))))
  const disagreed = readFolder(folder)
  assert.equal(disagreed.status, 1, disagreed.stdout + disagreed.stderr)
  for (const reader of ['duckdb', 'polars', 'parquet-wasm', 'hyparquet', 'chdb']) {
    for (const [c, [name]] of COLUMNS.entries()) {
      const words = `${reader}: column "${name}" `
      assert.ok(disagreed.stdout.includes(`${words}(${COLUMNS[c][1].type}), row ${c % 3}: expected "wrong"`), words)
    }
  }

  // A row too many and a row too few.
  for (const changed of [[...rows, rows[0]], rows.slice(1)]) {
    writeExpected(base, changed)
    assert.equal(readFolder(folder).status, 1)
  }
  console.log(agreed.stdout.trim())
  return 0
}

try {
  await import('@duckdb/node-api')
} catch {
  console.log('skipped: the readers are not installed (npm install in tests/conformance)')
  process.exit(77)
}
const folder = mkdtempSync(join(tmpdir(), 'sluice_read_files_test_'))
try {
  process.exitCode = await main(folder)
} finally {
  rmSync(folder, { recursive: true })
}

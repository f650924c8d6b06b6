// DuckDB, through its own values.
import { createRequire } from 'node:module'

import { fromObjects, leafValues, leaves } from '../canonical.mjs'

// Not an import: where its native part is missing, that would end the process instead of failing.
const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api')

const MILLISECONDS_MAX = 2 ** 63 / 1000 // that fit microseconds

// Seconds are stored as milliseconds.
function inMilliseconds(field) {
  return field.type === 'timestamp' && (field.unit === 'ms' || field.unit === 's')
}

const shape = {
  items: list => list.items ?? list.entries, // of a map: its entries
  child: (struct, index, field) => (struct.entries ?? struct)[field.name],
  raw(field, value) {
    if (field.type === 'date') return value.days
    if (field.type === 'binary' || field.type === 'bson' || field.type === 'fixed') return value.bytes
    if (field.type === 'uuid') return Buffer.from(value.toUint128().toString(16).padStart(32, '0'), 'hex')
    if (field.type === 'decimal') return value.value ?? 0 // a double: see opaque
    if (field.type === 'time') {
      if ('nanos' in value) return value.nanos
      return field.unit === 'us' ? value.micros : value.micros / 1000n
    }
    if (field.type !== 'timestamp') return value
    if ('nanos' in value) return value.nanos
    if ('nanoseconds' in value) return value.nanoseconds
    return inMilliseconds(field) ? value.micros / 1000n : value.micros
  },
}

export const name = 'duckdb'
// Names that differ in case only come back renamed.
export const namesAreExact = false

// DuckDB's instants have microseconds only: the nanoseconds are cut off as the file is read.
export function opaque(field) {
  const isCut = field.type === 'timestamp' && field.unit === 'ns' && field.zone
  if (isCut) return 'timestamp(ns, zone) loses its nanoseconds'
  return field.type === 'decimal' && field.precision > 38 ? 'decimal beyond 38 digits becomes a double' : null
}

function hasNamelessPart(field) {
  return field.children?.some(child => (field.type === 'struct' && child.name === '') || hasNamelessPart(child))
}

// Why a whole column cannot be read, or null.
export function refuses(field, values) {
  const isFloat = field.type === 'float32' || field.type === 'float64'
  if (field.encoding === 'byte_stream_split' && !isFloat) return 'BYTE_STREAM_SPLIT of others than floats'
  if (hasNamelessPart(field)) return 'a struct with an empty name in it'
  if (!leaves(field).some(inMilliseconds)) return null
  for (const value of values) {
    for (const [leaf, found] of leafValues(field, value)) {
      if (inMilliseconds(leaf) && Math.abs(Number(found)) >= MILLISECONDS_MAX) {
        return 'timestamp(ms) beyond the range of its microseconds'
      }
    }
  }
  return null
}

export async function connect() {
  return (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
}

// Of each column of a file, quoted: those that differ in case alone are renamed.
export async function columnNames(connection, file) {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet('${file}')`)
  return described.getColumns()[0].map(found => `"${found.replaceAll('"', '""')}"`)
}

export async function open() {
  const connection = await connect()
  return {
    async read(path, schema, skipped) {
      const file = path.replaceAll("'", "''")
      let wanted = '*'
      if (skipped.size > 0) {
        const quoted = await columnNames(connection, file)
        wanted = quoted.map((found, i) => (skipped.has(i) ? `NULL AS ${found}` : found)).join(', ')
      }
      const result = await connection.runAndReadAll(`SELECT ${wanted} FROM read_parquet('${file}')`)
      const names = result.columnNames()
      const columns = result.getColumns() // none at all where there are no rows
      return names.map((found, i) => {
        const values = columns[i] ?? []
        const wants = !skipped.has(i) && schema[i]
        return { name: found, values: wants ? values.map(value => fromObjects(schema[i], value, shape)) : values }
      })
    },
    close() {
      connection.closeSync()
    },
  }
}

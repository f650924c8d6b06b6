// hyparquet, with its conversions to Date, text and parsed JSON switched off.
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet'
import { compressors as known } from 'hyparquet-compressors'

import { fromObjects, integerOf } from '../canonical.mjs'

const same = value => value
// Its LZ4 stumbles over the empty block: the dictionary page of a chunk without values. Its Brotli takes more time than
// all else together.
const compressors = {
  ...known,
  LZ4_RAW: (input, length) => (length === 0 ? new Uint8Array() : known.LZ4_RAW(input, length)),
  BROTLI: input => new Uint8Array(brotliDecompressSync(input)),
}
const parsers = {
  timestampFromMilliseconds: same,
  timestampFromMicroseconds: same,
  timestampFromNanoseconds: same,
  dateFromDays: same,
  stringFromBytes: same,
  jsonFromBytes: same,
  uuidFromBytes: same,
}
const shape = {
  items: list => (Array.isArray(list) ? list : list.key_value),
  child: (struct, index, field) => struct[field.name],
  raw: (field, value) => (field.type === 'decimal' && value instanceof Uint8Array ? integerOf(value, true) : value),
}

// What it would make of these loses something (decimals become doubles, keys of maps text), or is an error (BSON).
const UNREAD = new Set(['DECIMAL', 'MAP', 'BSON'])

function forgetAnnotations(metadata) {
  for (const element of metadata.schema) {
    if (!UNREAD.has(element.converted_type)) continue
    delete element.converted_type
    delete element.logical_type
  }
}

export const name = 'hyparquet'
export const namesAreExact = true
export const opaque = () => null

function* pathsWithin(field, above) {
  const path = `${above}.${field.name}`
  yield path
  const groups = { list: '.list', fixed_list: '.list', map: '.key_value' }
  const inner = path + (groups[field.type] ?? '')
  for (const child of field.children ?? []) yield* pathsWithin(child, inner)
}

// Why a whole column cannot be read, or null. Values are gathered under names joined by dots: a "." in a ".." is found
// where a ".." in a "." belongs.
export function refuses(field) {
  const paths = [...pathsWithin(field, '')]
  return new Set(paths).size < paths.length ? 'dots and empty names make two paths one' : null
}

export async function open() {
  return {
    async read(path, schema, skipped) {
      const bytes = readFileSync(path)
      const file = {
        byteLength: bytes.length,
        slice: (begin, end) => bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + (end ?? bytes.length)),
      }
      const metadata = await parquetMetadataAsync(file, { geoparquet: false })
      forgetAnnotations(metadata)
      const columns = parquetSchema(metadata).children.map(child => ({ name: child.element.name, values: [] }))
      for (const [i, { name, values }] of columns.entries()) {
        if (!schema[i] || skipped.has(i)) continue
        await parquetRead({
          file, metadata, compressors, parsers, utf8: false, geoparquet: false, columns: [name],
          onComplete(rows) {
            for (const [value] of rows) values.push(fromObjects(schema[i], value, shape))
          },
        })
      }
      return columns
    },
    close() {},
  }
}

// hyparquet, with its conversions to Date, text and parsed JSON switched off.
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet'
import { compressors as known } from 'hyparquet-compressors'

import { fromObjects } from '../canonical.mjs'

const same = value => value
// Its LZ4 stumbles over the empty block: the dictionary page of a chunk without values.
const compressors = {
  ...known, LZ4_RAW: (input, length) => (length === 0 ? new Uint8Array() : known.LZ4_RAW(input, length)),
}
const parsers = {
  timestampFromMilliseconds: same,
  timestampFromMicroseconds: same,
  timestampFromNanoseconds: same,
  dateFromDays: same,
  stringFromBytes: same,
  jsonFromBytes: same,
}
const shape = { items: same, child: (struct, index, field) => struct[field.name], raw: (field, value) => value }

export const name = 'hyparquet'
export const namesAreExact = true
export const opaque = () => null

function* pathsWithin(field, above) {
  const path = `${above}.${field.name}`
  yield path
  const inner = field.type === 'list' ? `${path}.list` : path
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
      const file = await asyncBufferFromFile(path)
      const metadata = await parquetMetadataAsync(file, { geoparquet: false })
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

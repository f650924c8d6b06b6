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
export const refuses = () => null

export async function open() {
  return {
    async read(path, schema) {
      const file = await asyncBufferFromFile(path)
      const metadata = await parquetMetadataAsync(file, { geoparquet: false })
      const columns = parquetSchema(metadata).children.map(child => ({ name: child.element.name, values: [] }))
      await parquetRead({
        file, metadata, compressors, parsers, utf8: false, geoparquet: false,
        onComplete(rows) {
          for (const row of rows) {
            for (const [i, value] of row.entries()) {
              if (schema[i]) columns[i].values.push(fromObjects(schema[i], value, shape))
            }
          }
        },
      })
      return columns
    },
    close() {},
  }
}

// Polars, whose data frame leaves through Arrow IPC: its own conversion to JavaScript lacks binary and cuts timestamps.
import { createRequire } from 'node:module'

import { arrowColumns } from '../arrow_columns.mjs'
import { leaves } from '../canonical.mjs'

// It knows zones by name only and refuses those like "+05:30", unless it is told not to look.
process.env.POLARS_IGNORE_TIMEZONE_PARSE_ERROR = '1'
// Not an import: where its native part is missing, that would end the process instead of failing.
const polars = createRequire(import.meta.url)('nodejs-polars')

export const name = 'polars'
export const namesAreExact = true
export const opaque = () => null
export const refuses = () => null

const UNKNOWN_OF_FIXED_LENGTH = new Set(['delta', 'delta_byte_array', 'byte_stream_split'])

// Why a whole file cannot be read, or null. Wide decimals end in a panic.
export function refusesFile(schema) {
  const isWide = leaf => leaf.type === 'decimal' && leaf.precision > 38
  if (schema.some(field => leaves(field).some(isWide))) return 'a decimal beyond 38 digits in the file'
  const isLong = field => field.type === 'decimal' && field.precision > 18
  const isFixed = field => ['fixed', 'uuid', 'float16'].includes(field.type) || isLong(field)
  const isUnknown = field => isFixed(field) && UNKNOWN_OF_FIXED_LENGTH.has(field.encoding)
  return schema.some(isUnknown) ? 'DELTA_BYTE_ARRAY or BYTE_STREAM_SPLIT of fixed length in the file' : null
}

export async function open() {
  return {
    async read(path, schema) {
      return arrowColumns(polars.readParquet(path).writeIPCStream(), schema)
    },
    close() {},
  }
}

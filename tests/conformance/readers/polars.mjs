// Polars, whose data frame leaves through Arrow IPC: its own conversion to JavaScript lacks binary and cuts timestamps.
import { createRequire } from 'node:module'

import { tableFromIPC } from 'apache-arrow'

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

// Why a whole file cannot be read, or null: it ends in a panic.
export function refusesFile(schema) {
  const isWide = leaf => leaf.type === 'decimal' && leaf.precision > 38
  return schema.some(field => leaves(field).some(isWide)) ? 'a decimal beyond 38 digits in the file' : null
}

export async function open() {
  return {
    async read(path, schema) {
      return arrowColumns(tableFromIPC(polars.readParquet(path).writeIPCStream()), schema)
    },
    close() {},
  }
}

// parquet-wasm: the Rust implementation of Arrow and Parquet, compiled to WebAssembly.
import { readFileSync } from 'node:fs'

import { readParquet } from 'parquet-wasm/node'

import { arrowColumns } from '../arrow_columns.mjs'

export const name = 'parquet-wasm'
export const namesAreExact = true
export const opaque = () => null
export const refuses = () => null

export async function open() {
  return {
    async read(path, schema) {
      return arrowColumns(readParquet(readFileSync(path)).intoIPCStream(), schema)
    },
    close() {},
  }
}

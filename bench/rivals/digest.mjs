// What a file holds, as DuckDB reads it: the number of rows, and a sum over a hash of each row and its position. Two
// files with the same digest have the same rows in the same order, whatever types and encodings they are stored in; of
// files that are not of the bench table, in the same types.
//
//   node digest.mjs lineitem.ndjson
import { load } from './modules.mjs'

const { DuckDBInstance } = load('@duckdb/node-api')
const TYPES = {
  BIGINT: ['l_orderkey', 'l_partkey', 'l_suppkey', 'l_linenumber'],
  DOUBLE: ['l_quantity', 'l_extendedprice', 'l_discount', 'l_tax'],
  VARCHAR: ['l_returnflag', 'l_linestatus', 'l_shipinstruct', 'l_shipmode', 'l_comment'],
  DATE: ['l_shipdate', 'l_commitdate', 'l_receiptdate'],
}

const path = process.argv[2]
const reader = path.endsWith('.ndjson') ? 'read_ndjson_auto' : 'read_parquet'
const columns = Object.entries(TYPES).flatMap(([type, names]) => names.map(name => `${name}::${type}`))
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const source = `${reader}('${path.replaceAll("'", "''")}')`
const names = (await connection.runAndReadAll(`DESCRIBE FROM ${source}`)).getRows().map(([name]) => name)
const hashed = names.includes('l_orderkey') ? columns : names
const result = await connection.runAndReadAll(`
  SELECT count(*), sum(hash(position, ${hashed.join(', ')})::HUGEINT)
  FROM (SELECT row_number() OVER () AS position, * FROM ${source})`)
const [rows, sum] = result.getRows()[0]
console.log(JSON.stringify({ rows: Number(rows), sum: String(sum) }))

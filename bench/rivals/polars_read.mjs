// Polars reads Parquet into a frame: all columns, or some, or those rows in which a column is below a number; "open"
// asks for the names of the columns alone.
//
//   node polars_read.mjs lineitem.parquet 'l_orderkey,l_comment' 'l_partkey 2000' THREADS REPEAT
import { load, time } from './modules.mjs'

const [source, columns, below, threads, repeat] = process.argv.slice(2)
process.env.POLARS_MAX_THREADS = threads // read once, when the native part is loaded
const polars = load('nodejs-polars')

async function read() {
  if (columns === 'open') return { columns: polars.scanParquet(source).columns.length }
  if (columns === '' && below === '' && !source.includes('*')) return { rows: polars.readParquet(source).height }
  let frame = polars.scanParquet(source)
  if (below !== '') {
    const [column, bound] = below.split(' ')
    frame = frame.filter(polars.col(column).lt(Number(bound)))
  }
  if (columns !== '') frame = frame.select(...columns.split(','))
  return { rows: (await frame.collect()).height }
}
for (let i = 0; i < Number(repeat); i++) await time(read)

// Polars writes Parquet with Snappy: from a frame in memory (at once, or through its streaming sink), or from NDJSON or
// CSV through the sink.
//
//   node polars.mjs write  lineitem.parquet out.parquet THREADS REPEAT
//   node polars.mjs sink   lineitem.parquet out.parquet THREADS REPEAT
//   node polars.mjs ndjson lineitem.ndjson  out.parquet THREADS REPEAT
//   node polars.mjs csv    lineitem.csv     out.parquet THREADS REPEAT
import { load, report } from './modules.mjs'

const [task, source, destination, threads, repeat] = process.argv.slice(2)
process.env.POLARS_MAX_THREADS = threads // read once, when the native part is loaded
const polars = load('nodejs-polars')

const options = { compression: 'snappy' }
const frame = task === 'write' || task === 'sink' ? polars.readParquet(source) : null
const tasks = {
  write: () => frame.writeParquet(destination, options),
  sink: () => frame.lazy().sinkParquet(destination, options).collect(),
  ndjson: () => polars.scanJson(source).sinkParquet(destination, options).collect(),
  csv: () => polars.scanCSV(source, { tryParseDates: true }).sinkParquet(destination, options).collect(),
}
for (let i = 0; i < Number(repeat); i++) await report(destination, tasks[task])

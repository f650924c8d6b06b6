// DuckDB and Polars write one bench table with each codec, from the uncompressed file that Sluice made of it.
//
//   node sizes.mjs duckdb|polars SOURCE DIR TABLE
//
// Files are named TABLE.ENGINE.CODEC.parquet. zstd is at level 1 everywhere. DuckDB writes both versions of its format,
// with row groups of its own 122,880 rows and of 1,048,576; without bloom filters, which are no data. Polars writes at
// once (where it takes no level for zstd), and through its streaming sink.
import { load } from './modules.mjs'

const CODECS = { none: 'uncompressed', snappy: 'snappy', lz4: 'lz4', zstd: 'zstd' }
const [engine, source, directory, table] = process.argv.slice(2)
const quoted = text => `'${text.replaceAll("'", "''")}'`
const path = (name, codec) => `${directory}/${table}.${name}.${codec}.parquet`

async function duckdb() {
  const { DuckDBInstance } = load('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
  await connection.run(`CREATE TABLE data AS FROM read_parquet(${quoted(source)})`)
  for (const version of ['V1', 'V2']) {
    for (const rows of [122_880, 1_048_576]) {
      for (const [codec, compression] of Object.entries(CODECS)) {
        const level = codec === 'zstd' ? ', COMPRESSION_LEVEL 1' : ''
        const name = `duckdb-${version.toLowerCase()}${rows === 122_880 ? '' : `-${rows}`}`
        await connection.run(`COPY data TO ${quoted(path(name, codec))} (FORMAT parquet, PARQUET_VERSION ${version},
          COMPRESSION ${compression}${level}, ROW_GROUP_SIZE ${rows}, WRITE_BLOOM_FILTER false)`)
      }
    }
  }
}

async function polars() {
  const frame = load('nodejs-polars').readParquet(source)
  for (const [codec, compression] of Object.entries(CODECS)) {
    const level = codec === 'zstd' ? { compressionLevel: 1 } : {}
    if (codec !== 'zstd') frame.writeParquet(path('polars', codec), { compression })
    await frame.lazy().sinkParquet(path('polars-sink', codec), { compression, ...level }).collect()
  }
}

await { duckdb, polars }[engine]()

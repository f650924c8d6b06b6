// Readers at work while a dataset is overwritten again and again: each read gets the old rows, or the new ones, or an
// error that names what is missing; never a mixture.
//
//   node readers_test.mjs [OVERWRITES]                 (40; SLUICE_FAULTS=long: 1,000)
//   node readers_test.mjs --reader NAME DIR STOP       reads DIR until there is a file STOP; what it saw as JSON
//
// Exit code 0 = no mixture, 1 = one was read, 77 = the program or all foreign readers are missing.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../conformance/package.json', import.meta.url))
const program = process.env.SLUICE_PROGRAM ?? fileURLToPath(new URL('../../build/release/sluice', import.meta.url))
const isLong = process.env.SLUICE_FAULTS === 'long'
const ROWS = 4000
const FILES = 4
// What a read may fail with: a file that it had listed is gone by now.
const NAMED = /no such file|no files?|not found|does not exist|cannot open|has changed|changed while/i

// Each gives the column "generation" of all rows.
const readers = {
  async duckdb(folder) {
    const { DuckDBInstance } = require('@duckdb/node-api')
    const connection = await (await DuckDBInstance.create()).connect()
    return async () => {
      const rows = await connection.runAndReadAll(`SELECT generation FROM read_parquet('${folder}/*.parquet')`)
      return rows.getRows().map(row => Number(row[0]))
    }
  },
  async polars(folder) {
    const polars = require('nodejs-polars')
    return async () => {
      const frame = polars.scanParquet(`${folder}/*.parquet`).collectSync()
      return frame.getColumn('generation').toArray().map(Number)
    }
  },
  async sluice(folder) {
    return async () => {
      const done = spawnSync(program, ['show', folder, '--columns', 'generation', '--format', 'csv'])
      if (done.status !== 0) throw new Error(done.stderr.toString())
      return done.stdout.toString().trim().split('\n').slice(1).map(Number)
    }
  },
}

async function readUntil(name, folder, stop) {
  const seen = { reads: 0, whole: 0, errors: {}, mixtures: [], generations: 0 }
  let read
  try {
    read = await readers[name](folder)
  } catch (error) {
    return console.log(JSON.stringify({ missing: String(error.message).split('\n')[0] }))
  }
  let last = -1
  while (!existsSync(stop)) {
    ++seen.reads
    try {
      const found = await read()
      const distinct = [...new Set(found)]
      if (distinct.length !== 1 || found.length !== ROWS) {
        seen.mixtures.push(`${found.length} rows of the generations ${distinct}`)
      } else {
        ++seen.whole
        if (distinct[0] !== last) ++seen.generations
        last = distinct[0]
      }
    } catch (error) {
      const words = String(error.message).split('\n')[0]
      if (!NAMED.test(words)) seen.mixtures.push(words)
      const kind = words.replace(/[0-9a-f]{16}/g, 'RUN').replace(/\d+/g, 'N').slice(0, 160)
      seen.errors[kind] = (seen.errors[kind] ?? 0) + 1
    }
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  console.log(JSON.stringify(seen))
}

function start(name, folder, stop) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--reader', name, folder, stop])
  let text = ''
  child.stdout.on('data', data => (text += data))
  child.stderr.on('data', data => (text += data))
  return new Promise(resolve => child.on('close', () => resolve([name, text])))
}

function overwrite(folder, generation) {
  const lines = Array.from({ length: ROWS }, (_, i) => `{"generation":${generation},"row":${i}}\n`)
  const mode = generation === 0 ? [] : ['--mode', 'overwrite']
  const child = spawn(program, ['write', '-', '--from', 'ndjson', '-o', folder, '--quiet', '--shard-rows',
    String(ROWS / FILES), ...mode], { stdio: ['pipe', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.on('data', data => (words += data))
  child.stdin.end(lines.join(''))
  return new Promise((resolve, reject) =>
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`overwrite ${generation}: ${words}`)))))
}

function tell([name, text]) {
  let seen
  try {
    seen = JSON.parse(text)
  } catch {
    console.log(`${name}: the reader died: ${text.slice(-500)}`)
    return false
  }
  if (seen.missing) console.log(`skipped: ${name} is not installed (${seen.missing})`)
  else {
    console.log(`${name}: ${seen.reads} reads, ${seen.whole} whole of ${seen.generations} generations, ` +
      `${seen.mixtures.length} mixtures`)
    for (const [words, count] of Object.entries(seen.errors)) console.log(`  ${count} x ${words}`)
    for (const words of seen.mixtures.slice(0, 5)) console.log(`  MIXTURE ${words}`)
  }
  return seen.missing || seen.mixtures.length === 0
}

async function main(overwrites) {
  if (!existsSync(program)) {
    console.log('skipped: the program is not built (./dev build)')
    return 77
  }
  if (!spawnSync(program, ['write', '--help']).stdout.toString().includes('--mode')) {
    console.log('skipped: the program has no --mode yet')
    return 77
  }
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sluice_readers_'))
  try {
    const [data, stop] = [join(folder, 'out'), join(folder, 'stop')]
    await overwrite(data, 0)
    const running = Object.keys(readers).map(name => start(name, data, stop))
    try {
      for (let generation = 1; generation <= overwrites; ++generation) await overwrite(data, generation)
    } finally {
      writeFileSync(stop, '')
    }
    const fine = (await Promise.all(running)).map(tell)
    return fine.every(Boolean) ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--reader') await readUntil(...rest)
else process.exit(await main(Number(first ?? (isLong ? 1000 : 40))))

// Relations that the program makes of nested records, joined back by DuckDB: counts and sums of every level must be
// those of the records, for every strategy of keys, each row must have the parent that it had, and Polars must read the
// same.
//
//   node relations.mjs PROGRAM        PROGRAM is sluice, best the sanitized one
//
// Exit code 0 = all is as it should be, 1 = it is not, 77 = a reader is not installed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const program = process.argv[2]
const directory = mkdtempSync(join(tmpdir(), 'sluice_relations_'))

// Pushes with commits with files, some of everything missing; each level says whose it is.
const filesOf = (id, c) => Array.from({ length: (id + c) % 3 }, (_, f) => ({ of: `${id}-${c}`, lines: f + id }))
const records = Array.from({ length: 3_000 }, (_, id) => {
  const commits = Array.from({ length: id % 4 }, (_, c) => ({
    sha: `${id}-${c}`, size: id * 10 + c,
    ...(c % 3 === 2 ? {} : { files: filesOf(id, c) }),
  }))
  return { id, payload: id % 11 === 0 ? null : { branch: `b${id % 5}`, commits }, tags: ['x', `t${id % 3}`] }
})
const pushes = records.filter(({ payload }) => payload !== null)
const commits = pushes.flatMap(({ payload }) => payload.commits)
const files = commits.flatMap(({ files }) => files ?? [])
const sum = (values, of) => values.reduce((total, value) => total + of(value), 0)

const strategies = {
  ordinal: [], random: ['--ids', 'random', '--seed', '1'], natural: ['--ids', 'natural', '--id-field', 'id'],
  hash: ['--ids', 'hash'], composite: ['--ids', 'composite', '--id-field', 'id', '--id-field', 'payload.branch'],
}

function write(name, options) {
  const path = join(directory, name)
  execFileSync(program, ['write', join(directory, 'events.ndjson'), '-o', path, '--flatten', '--name', 'events', '-q',
    '--sync', 'off', '--root-column', '_root_id', ...options])
  return path
}

async function inDuckdb() {
  const { DuckDBInstance } = require('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create()).connect()
  return async query => (await connection.runAndReadAll(query)).getRows().map(row => row.map(Number))
}

// What each query must give: one row of numbers.
function questions(path, key) {
  const table = name => `read_parquet('${path}/${name}/*.parquet')`
  const [root, commit, file] = ['events', 'events_payload_commits', 'events_payload_commits_files'].map(table)
  return [
    [`SELECT count(*), sum(id), sum(len(tags)) FROM ${root}`,
      [records.length, sum(records, r => r.id), 2 * records.length]],
    [`SELECT count(*), count(payload_commits_length), sum(payload_commits_length) FROM ${root}`,
      [records.length, pushes.length, commits.length]],
    [`SELECT count(*), sum(c.size) FROM ${commit} c JOIN ${root} r ON c._parent_id = r.${key}
      WHERE c.sha = r.id || '-' || c._index AND c.size = r.id * 10 + c._index AND c._root_id = r.${key}`,
      [commits.length, sum(commits, c => c.size)]],
    [`SELECT count(*), sum(f.lines) FROM ${file} f JOIN ${commit} c ON f._parent_id = c._id
      JOIN ${root} r ON c._parent_id = r.${key}
      WHERE f.of = c.sha AND f.lines = f._index + r.id AND f._root_id = r.${key}`,
      [files.length, sum(files, f => f.lines)]],
    [`SELECT count(*), sum(files_length), count(DISTINCT _id) FROM ${commit}`,
      [commits.length, files.length, commits.length]],
  ]
}

function inPolars() {
  const polars = require('nodejs-polars')
  const name = 'events_payload_commits_files'
  return path => polars.readParquet(`${path}/${name}/${name}-0.parquet`).height
}

let failed = 0
function check(what, found, wanted) {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return
  ++failed
  console.log(`${what}\n  found ${JSON.stringify(found)}\n  wanted ${JSON.stringify(wanted)}`)
}

try {
  let ask, heightOf
  try {
    ask = await inDuckdb()
    heightOf = inPolars()
  } catch (error) {
    console.log(`skipped: a reader is not installed (npm ci in tests/conformance): ${error.message}`)
    process.exit(77)
  }
  writeFileSync(join(directory, 'events.ndjson'), records.map(record => JSON.stringify(record) + '\n').join(''))
  for (const [name, options] of Object.entries(strategies)) {
    const path = write(name, options)
    for (const [query, wanted] of questions(path, name === 'natural' ? 'id' : '_id'))
      check(`${name}: ${query}`, (await ask(query))[0], wanted)
    check(`${name}: rows in Polars`, heightOf(path), files.length)
  }
  const count = Object.keys(strategies).length
  console.log(failed === 0 ? `${count} strategies join back at every level` : `${failed} failed`)
} finally {
  rmSync(directory, { recursive: true })
}
process.exitCode = failed === 0 ? 0 : 1

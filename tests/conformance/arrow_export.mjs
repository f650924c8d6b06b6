// Arrow IPC that we wrote, read by Apache Arrow for JavaScript: tables drawn at random, each as a stream and as a file,
// every value compared with what was drawn. Of files it takes batches where the footer says that they are.
//
//   node arrow_export.mjs PROGRAM [--files N] [--seed S]      PROGRAM is write_random_files
//
// S is 1 or SLUICE_PROPERTY_SEED. Exit code 0 = all equal, 1 = a difference or a failure, 77 = Apache Arrow is not
// installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const SKIPPED = 77

function readExpected(base) {
  const schema = JSON.parse(readFileSync(`${base}.schema.json`, 'utf8'))
  const lines = readFileSync(`${base}.expected.ndjson`, 'utf8').split('\n').filter(Boolean)
  const rows = lines.map(line => JSON.parse(line))
  return { schema, columns: schema.map((field, i) => ({ name: field.name, values: rows.map(row => row[i]) })) }
}

// What differs, as words; null if nothing does.
function difference(arrowColumns, path, { schema, columns }) {
  let found
  try {
    found = arrowColumns(readFileSync(path), schema)
  } catch (error) {
    return `cannot be read: ${error.stack}`
  }
  if (found.length !== columns.length) return `expected ${columns.length} columns, found ${found.length}`
  for (const [i, { name, values }] of columns.entries()) {
    if (found[i].name !== name) return `column ${i}: expected the name ${name}, found ${found[i].name}`
    if (found[i].values.length !== values.length)
      return `column ${i}: expected ${values.length} rows, found ${found[i].values.length}`
    const row = values.findIndex((value, at) => JSON.stringify(value) !== JSON.stringify(found[i].values[at]))
    if (row < 0) continue
    const [expected, instead] = [values[row], found[i].values[row]].map(value => JSON.stringify(value).slice(0, 300))
    return `column ${i} (${schema[i].type}), row ${row}: expected ${expected}, found ${instead}`
  }
  return null
}

async function main(program, files, seed) {
  let arrowColumns
  try {
    arrowColumns = (await import('./arrow_columns.mjs')).arrowColumns
  } catch (error) {
    console.log(`skipped: ${String(error.message).split('\n')[0]} (npm install in tests/conformance)`)
    return SKIPPED
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluice_arrow_export_'))
  const call = ['--dir', folder, '--files', String(files), '--seed', String(seed), '--kind', 'arrow']
  const done = spawnSync(program, call, { encoding: 'utf8' })
  process.stdout.write(done.stdout + done.stderr)
  let failures = done.status === 0 ? 0 : 1
  for (let number = 0; number < files && failures === 0; ++number) {
    const base = join(folder, String(number).padStart(4, '0'))
    const expected = readExpected(base)
    for (const ending of ['arrows', 'arrow']) {
      const words = difference(arrowColumns, `${base}.${ending}`, expected)
      if (words === null) continue
      console.log(`${base}.${ending}: ${words}`)
      ++failures
    }
  }
  console.log(`${files} tables, seed ${seed}: ${failures === 0 ? 'all equal' : `files are kept in ${folder}`}`)
  if (failures === 0) rmSync(folder, { recursive: true })
  return failures === 0 ? 0 : 1
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '200' },
    seed: { type: 'string', default: process.env.SLUICE_PROPERTY_SEED ?? '1' },
  },
})
if (positionals.length !== 1) {
  console.error('usage: node arrow_export.mjs PROGRAM [--files N] [--seed S]')
  process.exit(2)
}
process.exitCode = await main(positionals[0], Number(options.files), options.seed)

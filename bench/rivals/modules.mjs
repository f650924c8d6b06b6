// Where the rivals come from: the same packages, at the same versions, that the conformance test reads files with.
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'

export const load = createRequire(new URL('../../tests/conformance/package.json', import.meta.url))

// One timed run, as a line of JSON, with what the work says of it. CPU seconds are those of all threads.
export async function time(work) {
  const cpuBegin = process.cpuUsage()
  const begin = process.hrtime.bigint()
  const told = await work()
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9
  const cpu = process.cpuUsage(cpuBegin)
  console.log(
    JSON.stringify({
      seconds,
      cpu_seconds: (cpu.user + cpu.system) / 1e6,
      ...told,
      resident_bytes_max: process.resourceUsage().maxRSS * 1024,
    }),
  )
}

// The same of one that makes a file.
export async function report(destination, work) {
  await time(async () => {
    await work()
    return { bytes: statSync(destination).size }
  })
}

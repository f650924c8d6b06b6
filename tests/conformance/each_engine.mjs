// Cases that every engine must read alike, as far as it is installed.

// `engines`: pairs of a name and a function that gives the engine's reader, or throws where it is not installed.
// `faults(each, await read(each))` are the words about one case, none where all is right. Says what is wrong, and at
// the end how many are `right`. The exit code: 0, 1 for a fault, 77 where an engine lacks.
export async function readWithEach(engines, cases, { nameOf, faults, right }) {
  let code = 0
  for (const [name, open] of engines) {
    let read
    try {
      read = await open()
    } catch (error) {
      console.log(`skipped: ${name} is not installed (${String(error.message).split('\n')[0]})`)
      code ||= 77
      continue
    }
    let equal = 0
    for (const each of cases) {
      let words
      try {
        words = faults(each, await read(each))
      } catch (error) {
        words = [String(error.message).split('\n')[0]]
      }
      if (words.length === 0) ++equal
      else console.log(`${name}: ${nameOf(each)}: ${words.join('; ')}`)
    }
    if (equal < cases.length) code = 1
    console.log(`${name}: ${equal} of ${cases.length} datasets ${right}`)
  }
  return code
}

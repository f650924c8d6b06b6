// Variants (parquet-format, VariantEncoding.md, VariantShredding.md) in the form of JSON that `sluice show` prints:
// what a binary one says, and what the parts of a shredded one say together. Booleans and whole numbers are as they
// are, all else that is no list and no object is text: numbers with a fraction in digits, dates, times and timestamps
// in ISO's form, bytes in hex.
import { decimalText, integerOf } from './canonical.mjs'

// What a field of an object has that is not there.
const MISSING = Symbol('missing')

const unsigned = (bytes, at, size) => bytes.readUIntLE(at, size)

function names(metadata) {
  const size = (metadata[0] >> 6) + 1
  const count = unsigned(metadata, 1, size)
  const offset = i => unsigned(metadata, 1 + size * (1 + i), size)
  const begin = 1 + size * (count + 2)
  return Array.from({ length: count }, (_, i) => metadata.toString('utf8', begin + offset(i), begin + offset(i + 1)))
}

function dateText(days) {
  return new Date(days * 86_400_000).toISOString().slice(0, 10)
}

// "12:30:00.250000": of so many digits behind the point.
function timeText(ticks, digits) {
  const perSecond = 10n ** BigInt(digits)
  const seconds = new Date(Number(ticks / perSecond) * 1000).toISOString().slice(11, 19)
  return `${seconds}.${(ticks % perSecond).toString().padStart(digits, '0')}`
}

function timestampText(ticks, digits, zone) {
  const perDay = 86_400n * 10n ** BigInt(digits)
  const inDay = ((ticks % perDay) + perDay) % perDay
  return `${dateText(Number((ticks - inDay) / perDay))}T${timeText(inDay, digits)}${zone}`
}

// The number of the fewest digits that is this one among those of 32 bits.
function shortest(value) {
  let digits = 1
  while (Math.fround(Number(value.toPrecision(digits))) !== value) ++digits
  return Number(value.toPrecision(digits))
}

const fractional = number => (Number.isInteger(number) ? number : String(number))

function uuidText(bytes) {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function primitive(kind, bytes) {
  const integer = (at, size) => integerOf(bytes.subarray(at, at + size), false)
  const decimal = size => decimalText(integer(1, size), bytes[0])
  const sized = () => bytes.subarray(4, 4 + unsigned(bytes, 0, 4))
  switch (kind) {
    case 0: return null
    case 1: return true
    case 2: return false
    case 3: case 4: case 5: case 6: return Number(integer(0, 1 << (kind - 3)))
    case 7: return fractional(bytes.readDoubleLE(0))
    case 8: case 9: case 10: return decimal(4 << (kind - 8))
    case 11: return dateText(bytes.readInt32LE(0))
    case 12: case 13: return timestampText(integer(0, 8), 6, kind === 12 ? 'Z' : '')
    case 14: return fractional(shortest(bytes.readFloatLE(0)))
    case 15: return sized().toString('hex')
    case 16: return sized().toString('utf8')
    case 17: return timeText(integer(0, 8), 6)
    case 18: case 19: return timestampText(integer(0, 8), 9, kind === 18 ? 'Z' : '')
    case 20: return uuidText(bytes.subarray(0, 16))
    default: throw new Error(`a variant of the unknown kind ${kind}`)
  }
}

// The items of an array, or the fields of an object by their names.
function container(keys, bytes, header, isObject) {
  const offsetBytes = (header & 3) + 1
  const idBytes = isObject ? ((header >> 2) & 3) + 1 : 0
  const countBytes = (header >> (isObject ? 4 : 2)) & 1 ? 4 : 1
  const count = unsigned(bytes, 0, countBytes)
  const offsets = countBytes + idBytes * count
  const values = offsets + offsetBytes * (count + 1)
  const value = i => decode(keys, bytes.subarray(values + unsigned(bytes, offsets + offsetBytes * i, offsetBytes)))
  if (!isObject) return Array.from({ length: count }, (_, i) => value(i))
  const name = i => keys[unsigned(bytes, countBytes + idBytes * i, idBytes)]
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), value(i)]))
}

function decode(keys, bytes) {
  const header = bytes[0] >> 2
  const body = bytes.subarray(1)
  switch (bytes[0] & 3) {
    case 0: return primitive(header, body)
    case 1: return body.toString('utf8', 0, header)
    default: return container(keys, body, header, (bytes[0] & 3) === 2)
  }
}

// `part`: a value in its binary form, its typed form, or of an object some fields in each.
function joined(keys, part) {
  const typed = part.typed_value ?? null
  const value = part.value ?? null
  if (typed === null) return value === null ? MISSING : decode(keys, Buffer.from(value, 'hex'))
  if (Array.isArray(typed)) return typed.map(item => joined(keys, item))
  if (typeof typed !== 'object') return typed
  const fields = value === null ? {} : decode(keys, Buffer.from(value, 'hex'))
  for (const [name, field] of Object.entries(typed)) {
    const found = field === null ? MISSING : joined(keys, field)
    if (found !== MISSING) fields[name] = found
  }
  return fields
}

// A binary variant: its metadata, and behind that its value.
export function variantOf(bytes) {
  const size = (bytes[0] >> 6) + 1
  const count = unsigned(bytes, 1, size)
  const end = 1 + size * (count + 2) + unsigned(bytes, 1 + size * (count + 1), size)
  return decode(names(bytes.subarray(0, end)), bytes.subarray(end))
}

// Rows of `sluice show --format ndjson`, with all digits of numbers that have a fraction.
export function rowsOf(ndjson) {
  const lines = ndjson.split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line.replace(/:(-?\d+\.\d+)(?=[,}\]])/g, ':"$1"')))
}

// A column of variants as it is stored: metadata, value, typed_value. Null where there is none.
export function variantOfParts(parts) {
  if (parts === null) return null
  const found = joined(names(Buffer.from(parts.metadata, 'hex')), parts)
  return found === MISSING ? null : found
}

// The text of a variant by which two are compared, whatever the order of fields.
export function variantText(value) {
  if (Array.isArray(value)) return `[${value.map(variantText).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${variantText(value[name])}`)
  return `{${fields.join(',')}}`
}

// Conditions on one column, in the SQL of DuckDB and of ClickHouse, about values that the column holds. Values come in
// the form of canonical.mjs.

// splitmix64: the same choices on every machine.
export class Chance {
  constructor(seed) {
    this.state = BigInt.asUintN(64, seed)
  }
  below(bound) {
    this.state = BigInt.asUintN(64, this.state + 0x9e3779b97f4a7c15n)
    let mixed = this.state
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n)
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn)
    return Number((mixed ^ (mixed >> 31n)) % BigInt(bound))
  }
}

const hexOf = text => Buffer.from(text, 'utf8').toString('hex')

// ---- numbers from their bits

const bits = new DataView(new ArrayBuffer(8))

function float16(digits) {
  const half = Number.parseInt(digits, 16)
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 31) return sign * Infinity
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

function floatText(type, digits) {
  if (digits === 'nan') return 'nan'
  let number
  if (type === 'float16') {
    number = float16(digits)
  } else if (type === 'float32') {
    bits.setUint32(0, Number.parseInt(digits, 16))
    number = bits.getFloat32(0)
  } else {
    bits.setBigUint64(0, BigInt(`0x${digits}`))
    number = bits.getFloat64(0)
  }
  if (Math.abs(number) === Infinity) return number > 0 ? 'inf' : '-inf'
  return Object.is(number, -0) ? '-0.0' : String(number)
}

function timeText(value, digits) {
  const unit = 10n ** BigInt(digits)
  const seconds = BigInt(value) / unit
  const two = number => String(number).padStart(2, '0')
  const fraction = String(BigInt(value) % unit).padStart(digits, '0')
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${fraction}`
}

function uuidText(hex) {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

// ---- literals; undefined for a value that the engine cannot say

const DUCKDB_INTEGERS = {
  int8: 'TINYINT', int16: 'SMALLINT', int32: 'INTEGER', int64: 'BIGINT', duration: 'BIGINT',
  uint8: 'UTINYINT', uint16: 'USMALLINT', uint32: 'UINTEGER', uint64: 'UBIGINT',
}
const DUCKDB_DAYS_MAX = 2_000_000 // its dates end far behind; what is written with them does not

function duckdbLiteral(field, value) {
  switch (field.type) {
    case 'bool':
    case 'boolean':
      return String(value)
    case 'float16':
    case 'float32':
      return `'${floatText(field.type, value)}'::FLOAT`
    case 'float64':
      return `'${floatText(field.type, value)}'::DOUBLE`
    case 'decimal':
      return `'${value}'::DECIMAL(${field.precision}, ${field.scale})`
    case 'string':
    case 'json':
    case 'enum':
      return `decode(from_hex('${hexOf(value)}'))`
    case 'binary':
    case 'bson':
    case 'fixed':
      return `from_hex('${value.hex}')`
    case 'uuid':
      return `'${uuidText(value.hex)}'::UUID`
    case 'date':
      return Math.abs(Number(value)) < DUCKDB_DAYS_MAX ? `(DATE '1970-01-01' + (${value})::INTEGER)` : undefined
    case 'time':
      if (field.unit === 'ns') return `'${timeText(value, 9)}'::TIME_NS`
      return `'${timeText(value, field.unit === 'us' ? 6 : 3)}'::TIME`
    case 'timestamp': {
      if (field.unit === 'ns') return field.zone ? undefined : `make_timestamp_ns((${value})::BIGINT)`
      const micros = field.unit === 'us' ? BigInt(value) : BigInt(value) * 1000n
      if (micros > 9_000_000_000_000_000_000n || micros < -9_000_000_000_000_000_000n) return undefined
      return `make_timestamp((${micros})::BIGINT)${field.zone ? '::TIMESTAMPTZ' : ''}`
    }
    default:
      return `'${value}'::${DUCKDB_INTEGERS[field.type]}`
  }
}

const CHDB_DIGITS = { s: 3, ms: 3, us: 6, ns: 9 }
const CHDB_TIMES = { 3: 'fromUnixTimestamp64Milli', 6: 'fromUnixTimestamp64Micro', 9: 'fromUnixTimestamp64Nano' }

function chdbLiteral(field, value) {
  switch (field.type) {
    case 'bool':
    case 'boolean':
      return String(value)
    case 'float16':
    case 'float32':
      return `toFloat32('${floatText(field.type, value)}')`
    case 'float64':
      return `toFloat64('${floatText(field.type, value)}')`
    case 'decimal':
      return `CAST('${value}', 'Decimal(${field.precision}, ${field.scale})')`
    case 'string':
    case 'json':
    case 'enum':
      return `unhex('${hexOf(value)}')`
    case 'binary':
    case 'bson':
      return `unhex('${value.hex}')`
    case 'fixed':
      return `toFixedString(unhex('${value.hex}'), ${field.size})`
    case 'uuid':
      return `toUUID('${uuidText(value.hex)}')`
    case 'date':
      return `toInt32('${value}')`
    case 'time':
    case 'timestamp': {
      const digits = CHDB_DIGITS[field.unit]
      return `${CHDB_TIMES[digits]}(toInt64('${value}'), 'UTC')`
    }
    case 'duration':
      return `toInt64('${value}')`
    default:
      return `to${field.type.replace('u', 'U').replace('int', 'Int')}('${value}')`
  }
}

const LITERALS = { duckdb: duckdbLiteral, chdb: chdbLiteral }

const LITERAL_MAX = 5_000 // ClickHouse limits the text of a query

// `count` values of the column, each in several conditions; its nulls in two. `column` is its name as the engine wants
// it.
export function predicates(engine, field, column, values, chance, count) {
  const literal = LITERALS[engine]
  const conditions = [`${column} IS NULL`, `${column} IS NOT NULL`]
  if (field.type === 'null') return conditions
  const present = values.filter(value => value !== null)
  for (let i = 0; i < count && present.length > 0; ++i) {
    const one = literal(field, present[chance.below(present.length)])
    const other = literal(field, present[chance.below(present.length)])
    if (!(one?.length <= LITERAL_MAX && other?.length <= LITERAL_MAX)) continue
    conditions.push(
      `${column} = ${one}`, `${column} < ${one}`, `${column} >= ${one}`, `${column} BETWEEN ${one} AND ${other}`,
      `${column} IN (${one}, ${other})`, `${column} <> ${one}`)
  }
  return conditions
}

// One plain form for values of every type, so that five readers and the writer's test can be compared as text:
// null, booleans and text as in JSON; integers, dates (days), times, timestamps and durations (in the stored unit) as
// decimal strings; decimals likewise, with their point; floats as the hexadecimal digits of their bits, "nan" for any
// NaN; bytes of any kind as {"hex": digits}; lists as arrays; structs as arrays of their children's values in order;
// maps as arrays of such structs of key and value.

const bits = new DataView(new ArrayBuffer(8))
const utf8 = new TextDecoder('utf-8', { fatal: true })

function floatDigits(value, bytes) {
  if (Number.isNaN(value)) return 'nan'
  if (bytes === 4) {
    bits.setFloat32(0, value)
    return bits.getUint32(0).toString(16).padStart(8, '0')
  }
  bits.setFloat64(0, value)
  return bits.getBigUint64(0).toString(16).padStart(16, '0')
}

// The bits of a number that has 16 of them, from the number: it is one of them, so that nothing is rounded.
export function float16Digits(value) {
  if (Number.isNaN(value)) return 'nan'
  const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0
  const magnitude = Math.abs(value)
  let found = 0x7c00
  if (magnitude !== Infinity) {
    let exponent = 0
    if (magnitude >= 2 ** -14) exponent = Math.floor(Math.log2(magnitude)) + 15
    const fraction = exponent === 0 ? magnitude / 2 ** -24 : (magnitude / 2 ** (exponent - 15) - 1) * 1024
    found = exponent * 1024 + fraction
  }
  return (sign + found).toString(16).padStart(4, '0')
}

// "-12.50" for -1250n at scale 2.
export function decimalText(unscaled, scale) {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return (unscaled < 0n ? '-' : '') + whole + (scale > 0 ? '.' + digits.slice(digits.length - scale) : '')
}

// Two's complement as a bigint.
export function integerOf(bytes, isBigEndian) {
  let value = 0n
  const ordered = isBigEndian ? bytes : Array.from(bytes).reverse()
  for (const byte of ordered) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(8 * bytes.length, value)
}

// Whether values are arrays of values of the one child.
export function isListLike(field) {
  return field.type === 'list' || field.type === 'fixed_list' || field.type === 'map'
}

function text(value) {
  return typeof value === 'string' ? value : utf8.decode(value)
}

// The form of one scalar that a reader gave as a boolean, number, bigint, string or bytes.
export function scalar(field, value) {
  switch (field.type) {
    case 'bool':
    case 'boolean':
      return Boolean(value)
    case 'float16':
      return float16Digits(value)
    case 'float32':
      return floatDigits(value, 4)
    case 'float64':
      return floatDigits(value, 8)
    case 'string':
    case 'json':
    case 'enum':
      return text(value)
    case 'decimal': // as a bigint in units of its last digit
      return decimalText(BigInt(value), field.scale)
    case 'binary':
    case 'bson':
    case 'fixed':
    case 'uuid':
      return { hex: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') }
    case 'null':
      return `a value where only nulls can be: ${value}`
    default:
      return String(value) // integers, dates, times, timestamps, durations
  }
}

// The form of a value that a reader gave as JavaScript objects. `shape` tells how: items(list or map) is an array,
// child(struct, index, field) one child's value, raw(field, value) what `scalar` takes.
export function fromObjects(field, value, shape) {
  if (value === null || value === undefined) return null
  if (isListLike(field)) {
    const element = field.children[0]
    return Array.from(shape.items(value), item => fromObjects(element, item, shape))
  }
  if (field.type === 'struct') {
    return field.children.map((child, index) => fromObjects(child, shape.child(value, index, child), shape))
  }
  return scalar(field, shape.raw(field, value))
}

// Puts a mark in place of every leaf value that `opaque(field)` names: nulls and the shape around it stay comparable.
export function mask(field, value, opaque) {
  if (!Array.isArray(value) && field.children?.length) return value
  if (value === null) return null
  if (isListLike(field)) return value.map(item => mask(field.children[0], item, opaque))
  if (field.type === 'struct') return field.children.map((child, index) => mask(child, value[index], opaque))
  return opaque(field) ? '(not compared)' : value
}

// Every leaf of a field, itself if it is not nested.
export function leaves(field) {
  return field.children?.length ? field.children.flatMap(leaves) : [field]
}

// Every leaf value below `value`, as [leaf field, value].
export function* leafValues(field, value) {
  if (value === null) return
  if (isListLike(field)) {
    for (const item of value) yield* leafValues(field.children[0], item)
  } else if (field.type === 'struct') {
    for (const [i, child] of field.children.entries()) yield* leafValues(child, value[i])
  } else {
    yield [field, value]
  }
}

// One plain form for values of every type, so that four readers and the writer's test can be compared as text:
// null, booleans and text as in JSON; integers, dates (days) and timestamps (in the stored unit) as decimal strings;
// floats as the hexadecimal digits of their bits, "nan" for any NaN; binary as {"hex": digits}; lists as arrays;
// structs as arrays of their children's values in order.

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

function text(value) {
  return typeof value === 'string' ? value : utf8.decode(value)
}

// The form of one scalar that a reader gave as a boolean, number, bigint, string or bytes.
export function scalar(field, value) {
  switch (field.type) {
    case 'bool':
    case 'boolean':
      return Boolean(value)
    case 'float32':
      return floatDigits(value, 4)
    case 'float64':
      return floatDigits(value, 8)
    case 'string':
    case 'json':
      return text(value)
    case 'binary':
      return { hex: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') }
    case 'null':
      return `a value where only nulls can be: ${value}`
    default:
      return String(value) // integers, dates, timestamps
  }
}

// The form of a value that a reader gave as JavaScript objects. `shape` tells how: items(list) is an array,
// child(struct, index, field) one child's value, raw(field, value) what `scalar` takes.
export function fromObjects(field, value, shape) {
  if (value === null || value === undefined) return null
  if (field.type === 'list') {
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
  if (field.type === 'list') return value.map(item => mask(field.children[0], item, opaque))
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
  if (field.type === 'list') {
    for (const item of value) yield* leafValues(field.children[0], item)
  } else if (field.type === 'struct') {
    for (const [i, child] of field.children.entries()) yield* leafValues(child, value[i])
  } else {
    yield [field, value]
  }
}

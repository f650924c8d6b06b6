// Columns of an Arrow IPC stream in canonical form. Values are taken from the buffers, not through Arrow JS's
// accessors: those turn timestamps into milliseconds.
import { RecordBatchReader } from 'apache-arrow'

import { float16Digits, integerOf, scalar } from './canonical.mjs'

function bit(bytes, index) {
  return (bytes[index >> 3] >> (index & 7)) & 1
}

const UNITS = ['s', 'ms', 'us', 'ns'] // in the order of Arrow's numbers for them

// Polars has times in nanoseconds only, and no durations in seconds; our own Arrow has times in seconds.
function inUnit(wanted, found, value) {
  if (found < wanted) return BigInt(value) * 1000n ** BigInt(wanted - found)
  return found > wanted ? BigInt(value) / 1000n ** BigInt(found - wanted) : value
}

function bytesAt(data, index) {
  return data.values.subarray(Number(data.valueOffsets[index]), Number(data.valueOffsets[index + 1]))
}

function valueAt(field, data, index) {
  if (field.type === 'null' || !data.getValid(index)) return null
  switch (field.type) {
    case 'fixed_list':
    case 'map':
    case 'list': {
      const items = []
      const [element] = field.children
      const offsets = data.valueOffsets ?? { [index]: index * field.size, [index + 1]: (index + 1) * field.size }
      const end = Number(offsets[index + 1])
      for (let i = Number(offsets[index]); i < end; ++i) items.push(valueAt(element, data.children[0], i))
      return items
    }
    case 'struct':
      return field.children.map((child, position) => valueAt(child, data.children[position], index))
    case 'bool':
    case 'boolean':
      return scalar(field, bit(data.values, data.offset + index))
    case 'string':
    case 'json':
    case 'enum':
    case 'bson':
    case 'binary':
      return scalar(field, bytesAt(data, index))
    case 'fixed':
    case 'uuid':
      return scalar(field, data.values.subarray(index * field.size, (index + 1) * field.size))
    case 'decimal': {
      const words = data.type.bitWidth / 32
      const { buffer, byteOffset } = data.values
      return scalar(field, integerOf(new Uint8Array(buffer, byteOffset + index * words * 4, words * 4), false))
    }
    case 'float16': {
      const bits = data.values[index]
      if (data.values instanceof Float32Array) return float16Digits(bits)
      return (bits & 0x7fff) > 0x7c00 ? 'nan' : bits.toString(16).padStart(4, '0')
    }
    case 'timestamp':
    case 'time': // seconds are stored as milliseconds
      return scalar(field, inUnit(Math.max(UNITS.indexOf(field.unit), 1), data.type.unit, data.values[index]))
    case 'duration':
      return scalar(field, inUnit(UNITS.indexOf(field.unit), data.type.unit, data.values[index]))
    default:
      return scalar(field, data.values[index])
  }
}

// [{name, values}] in the order of an Arrow IPC stream, guided by `schema`. Batches are taken one by one: a table of
// Arrow JS refuses some whose own schemas it takes for different ones.
export function arrowColumns(stream, schema) {
  const reader = RecordBatchReader.from(stream).open()
  const columns = reader.schema.fields.map(found => ({ name: found.name, values: [] }))
  for (const batch of reader) {
    for (const [position, { values }] of columns.entries()) {
      const data = batch.data.children[position]
      const field = schema[position]
      for (let i = 0; field && i < data.length; ++i) values.push(valueAt(field, data, i))
    }
  }
  return columns
}

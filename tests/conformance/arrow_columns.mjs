// Columns of an Arrow JS table in canonical form. Values are taken from the buffers, not through Arrow JS's accessors:
// those turn timestamps into milliseconds.
import { scalar } from './canonical.mjs'

function bit(bytes, index) {
  return (bytes[index >> 3] >> (index & 7)) & 1
}

function bytesAt(data, index) {
  return data.values.subarray(Number(data.valueOffsets[index]), Number(data.valueOffsets[index + 1]))
}

function valueAt(field, data, index) {
  if (field.type === 'null' || !data.getValid(index)) return null
  switch (field.type) {
    case 'list': {
      const items = []
      const [element] = field.children
      const end = Number(data.valueOffsets[index + 1])
      for (let i = Number(data.valueOffsets[index]); i < end; ++i) items.push(valueAt(element, data.children[0], i))
      return items
    }
    case 'struct':
      return field.children.map((child, position) => valueAt(child, data.children[position], index))
    case 'bool':
    case 'boolean':
      return scalar(field, bit(data.values, data.offset + index))
    case 'string':
    case 'json':
    case 'binary':
      return scalar(field, bytesAt(data, index))
    default:
      return scalar(field, data.values[index])
  }
}

// [{name, values}] in the order of the table, guided by `schema`.
export function arrowColumns(table, schema) {
  return table.schema.fields.map((found, position) => {
    const values = []
    const field = schema[position]
    if (field) {
      for (const data of table.getChildAt(position).data) {
        for (let i = 0; i < data.length; ++i) values.push(valueAt(field, data, i))
      }
    }
    return { name: found.name, values }
  })
}

// chdb: ClickHouse within the process. Of the five readers the one that checks the checksums of pages.
import { createRequire } from 'node:module'

import { arrowColumns } from '../arrow_columns.mjs'
import { isListLike } from '../canonical.mjs'

// Not an import: where its native part is missing, that would end the process instead of failing.
const { Session } = createRequire(import.meta.url)('chdb')

const SETTINGS = [
  'max_threads = 1',
  'input_format_parquet_preserve_order = 1',
  'input_format_parquet_allow_missing_columns = 0',
  'input_format_parquet_enable_json_parsing = 0',
  'use_parquet_metadata_cache = 0',
  'output_format_arrow_string_as_string = 0',
  'output_format_arrow_uuid_as_fixed_byte_array = 1',
  "output_format_arrow_compression_method = 'none'",
  'output_format_arrow_unsupported_types_as_binary = 0',
]

const DIGITS = { s: 3, ms: 3, us: 6, ns: 9 } // seconds are stored as milliseconds
const INTEGER = /^u?int(8|16|32|64)$/

const quoted = text => `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``

// Its name for a type: what it would infer has narrower dates. Tuples and arrays cannot be null; `mayMiss`: what is
// around the field may be.
function typeText(field, mayMiss = false) {
  const isNullable = mayMiss || field.nullable !== false
  switch (field.type) {
    case 'list':
    case 'fixed_list':
      return `Array(${typeText(field.children[0])})`
    case 'map':
      return `Map(${field.children[0].children.map(child => typeText(child)).join(', ')})`
    case 'struct':
      return `Tuple(${field.children.map(child => `${quoted(child.name)} ${typeText(child, isNullable)}`).join(', ')})`
    default:
      return isNullable ? `Nullable(${scalarText(field)})` : scalarText(field)
  }
}

function scalarText(field) {
  if (INTEGER.test(field.type)) return field.type.replace('u', 'U').replace('int', 'Int')
  switch (field.type) {
    case 'bool':
    case 'boolean':
      return 'Bool'
    case 'float16':
    case 'float32':
      return 'Float32'
    case 'float64':
      return 'Float64'
    case 'decimal':
      return `Decimal(${field.precision}, ${field.scale})`
    case 'fixed':
      return `FixedString(${field.size})`
    case 'uuid':
      return 'UUID'
    case 'date':
      return 'Int32'
    case 'time':
    case 'timestamp':
      return `DateTime64(${DIGITS[field.unit]}, 'UTC')`
    case 'duration':
      return 'Int64'
    case 'null':
      return 'Int32'
    default:
      return 'String'
  }
}

export const name = 'chdb'
export const namesAreExact = false
export const opaque = () => null

// Null lists and maps become empty, null structs structs of nulls.
export function view(field, value) {
  if (value !== null && !Array.isArray(value)) return value
  if (isListLike(field)) return (value ?? []).map(item => view(field.children[0], item))
  return field.type === 'struct' ? field.children.map((child, i) => view(child, value?.[i] ?? null)) : value
}

function hasBadName(field) {
  const isBad = child => field.type === 'struct' && (child.name === '' || child.name === 'null')
  return field.children?.some(child => isBad(child) || hasBadName(child))
}

// What it calls a field and those inside it: their names joined by dots, which may stand in names, too.
function dottedNames(field, name = field.name) {
  const parts = field.type === 'struct' ? field.children : (field.children ?? []).flatMap(child => child.children ?? [])
  return [name, ...parts.flatMap(part => dottedNames(part, `${name}.${part.name}`))]
}

// Why a whole file cannot be read, or null: it looks for other columns among the parts of a nested one without a name.
export function refusesFile(schema) {
  if (schema.some(field => field.name === '' && field.children?.length)) return 'a nested column without a name'
  const names = schema.flatMap(field => dottedNames(field))
  return new Set(names).size < names.length ? 'two columns with one dotted name' : null
}

// Why a whole column cannot be read, or null.
export function refuses(field) {
  if (field.name === '' || hasBadName(field)) return 'an empty name, or "null" in a struct'
  return null
}

export function names(schema) {
  return schema.map(field => quoted(field.name))
}

// The third argument of its table function `file`: the columns that are wanted, and their types.
export function structureText(schema) {
  const structure = schema.map(field => `${quoted(field.name)} ${typeText(field)}`).join(', ')
  return `'${structure.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

export function connect() {
  const session = new Session()
  for (const setting of SETTINGS) session.query(`SET ${setting}`)
  return session
}

export async function open() {
  const session = connect()
  return {
    async read(path, schema, skipped) {
      const wanted = schema.filter((_, i) => !skipped.has(i))
      const columns = schema.map(field => ({ name: field.name, values: [] }))
      if (wanted.length === 0) return columns
      const file = path.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
      const statement = `SELECT * FROM file('${file}', Parquet, ${structureText(wanted)})`
      const result = await session.queryAsync(statement, { format: 'ArrowStream' })
      const found = arrowColumns(result.bytes(), wanted)
      let next = 0
      for (const [i, column] of columns.entries()) if (!skipped.has(i)) column.values = found[next++].values
      return columns
    },
    close() {
      session.cleanup()
    },
  }
}

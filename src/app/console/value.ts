import { DataType, DateUnit, IntervalUnit, TimeUnit, Type, type Data, type Field } from 'apache-arrow'

/** Fields of a STRUCT or entries of a MAP, in their order. */
export class Entries {
  readonly of: 'struct' | 'map'
  readonly all: readonly (readonly [Value, Value])[]

  constructor(of: 'struct' | 'map', all: readonly (readonly [Value, Value])[]) {
    this.of = of
    this.all = all
  }
}

/**
 * A value of a result. Whole numbers of more than 32 bits are a bigint; dates, times, intervals, decimals and bytes are the
 * text that the engine writes for them, so that nothing of them is lost.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | Entries

/** What a column holds, as far as it matters to who reads it. */
export type Kind = 'number' | 'text' | 'date' | 'time' | 'boolean' | 'binary' | 'nested'

export const kindOf = (type: DataType): Kind => {
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isDecimal(type)) return 'number'
  if (DataType.isFixedSizeBinary(type)) return 'number'
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return 'date'
  if (DataType.isTime(type) || DataType.isInterval(type)) return 'time'
  if (DataType.isBool(type)) return 'boolean'
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return 'binary'
  if (DataType.isDictionary(type)) return kindOf(type.dictionary)
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) ? 'text' : 'nested'
}

const ints: Record<string, string> = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' }
const stamps = {
  [TimeUnit.SECOND]: '_S',
  [TimeUnit.MILLISECOND]: '_MS',
  [TimeUnit.MICROSECOND]: '',
  [TimeUnit.NANOSECOND]: '_NS',
}

/** The name that the engine has for the type of a column. A HUGEINT reaches the page as a DECIMAL(38,0). */
export const typeName = ({ type, metadata }: Pick<Field, 'type'> & Partial<Pick<Field, 'metadata'>>): string => {
  const [, own] = /"type_name":\s*"(\w+)"/.exec(metadata?.get('ARROW:extension:metadata') ?? '') ?? []
  if (own !== undefined) return own.toUpperCase()
  if (DataType.isInt(type)) return `${type.isSigned ? '' : 'U'}${ints[type.bitWidth]}`
  if (DataType.isFloat(type)) return type.precision === 2 ? 'DOUBLE' : 'FLOAT'
  if (DataType.isDecimal(type))
    return type.precision === 38 && type.scale === 0 ? 'HUGEINT' : `DECIMAL(${type.precision},${type.scale})`
  if (DataType.isDate(type)) return 'DATE'
  if (DataType.isTimestamp(type)) return type.timezone ? 'TIMESTAMP WITH TIME ZONE' : `TIMESTAMP${stamps[type.unit]}`
  if (DataType.isTime(type)) return 'TIME'
  if (DataType.isInterval(type)) return 'INTERVAL'
  if (DataType.isBool(type)) return 'BOOLEAN'
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return 'BLOB'
  if (DataType.isDictionary(type)) return 'ENUM'
  if (DataType.isList(type)) return `${typeName(type.children[0] as Field)}[]`
  if (DataType.isFixedSizeList(type)) return `${typeName(type.children[0] as Field)}[${type.listSize}]`
  if (DataType.isMap(type)) {
    const [key, value] = (type.children[0]?.type.children ?? []) as Field[]
    return key && value ? `MAP(${typeName(key)}, ${typeName(value)})` : 'MAP'
  }
  const parts = (type.children ?? []).map((child: Field) => `${child.name} ${typeName(child)}`).join(', ')
  if (DataType.isStruct(type)) return `STRUCT(${parts})`
  if (DataType.isUnion(type)) return `UNION(${parts})`
  return 'VARCHAR'
}

const padded = (value: number | bigint, digits: number) => String(value).padStart(digits, '0')

/** "2024-05-31", for days since 1970, by the algorithm of Howard Hinnant; a Date holds fewer years than the engine. */
const dayText = (days: number): string => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const [shown, era2] = year > 0 ? [year, ''] : [1 - year, ' (BC)']
  return `${padded(shown, 4)}-${padded(month, 2)}-${padded(day, 2)}${era2}`
}

/** "12:34:56.5", for nanoseconds; micros at most are written unless there are finer ones. */
const clockText = (nanoseconds: bigint): string => {
  const seconds = Number(nanoseconds / 1_000_000_000n)
  const fraction = padded(nanoseconds % 1_000_000_000n, 9).replace(/0+$/, '')
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${clock.map((part) => padded(part, 2)).join(':')}${fraction ? `.${fraction}` : ''}`
}

const perUnit: Record<TimeUnit, bigint> = {
  [TimeUnit.SECOND]: 1_000_000_000n,
  [TimeUnit.MILLISECOND]: 1_000_000n,
  [TimeUnit.MICROSECOND]: 1000n,
  [TimeUnit.NANOSECOND]: 1n,
}
const dayInNanoseconds = 86_400_000_000_000n
const largest = 2n ** 63n - 1n

const stampText = (value: bigint, unit: TimeUnit, zone: string): string => {
  if (value === largest) return 'infinity'
  if (value === -largest) return '-infinity'
  const nanoseconds = value * perUnit[unit]
  let days = nanoseconds / dayInNanoseconds
  let rest = nanoseconds % dayInNanoseconds
  if (rest < 0n) {
    days -= 1n
    rest += dayInNanoseconds
  }
  const day = dayText(Number(days))
  // What follows a year before Christ stands behind the time, too.
  const [date, era] = day.endsWith(' (BC)') ? [day.slice(0, -5), ' (BC)'] : [day, '']
  return `${date} ${clockText(rest)}${zone}${era}`
}

/** "1 year 2 months -3 days 04:05:06": months, days and nanoseconds as the engine writes them. */
const intervalText = (months: number, days: number, nanoseconds: bigint): string => {
  const [years, rest] = [Math.trunc(months / 12), months % 12]
  const named = [
    [years, 'year'],
    [rest, 'month'],
    [days, 'day'],
  ].flatMap(([count, unit]) => (count ? `${count} ${unit}${Math.abs(Number(count)) === 1 ? '' : 's'}` : []))
  const sign = nanoseconds < 0n ? '-' : ''
  const clock =
    nanoseconds || named.length === 0 ? [`${sign}${clockText(nanoseconds < 0n ? -nanoseconds : nanoseconds)}`] : []
  return [...named, ...clock].join(' ')
}

/** A whole number of little-endian 32-bit words. */
const wholeOf = (words: ArrayLike<number>, at: number, signed: boolean): bigint => {
  let value = 0n
  for (let word = 3; word >= 0; word--) value = (value << 32n) | BigInt((words[at + word] ?? 0) >>> 0)
  return signed ? BigInt.asIntN(128, value) : value
}

const scaled = (unscaled: bigint, scale: number): string => {
  if (scale === 0) return String(unscaled)
  const digits = padded(unscaled < 0n ? -unscaled : unscaled, scale + 1)
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Bytes as the engine writes them: what is no plain character as "\xFF". */
const bytesText = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes)
    text +=
      byte < 32 || byte > 126 || byte === 34 || byte === 39 || byte === 92
        ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte)
  return text
}

/** The fewest digits that give a number of 32 bits again. */
const shortest = (value: number): number => {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

const decoder = new TextDecoder()

const bytesOf = ({ values, valueOffsets }: Data) => {
  const offsets = valueOffsets as unknown as Int32Array | BigInt64Array
  return (index: number): Uint8Array =>
    (values as Uint8Array).subarray(Number(offsets[index]), Number(offsets[index + 1]))
}

const textOf = (data: Data) => {
  const bytes = bytesOf(data)
  return (index: number): string => {
    const encoded = bytes(index)
    // Short text in ASCII, which most of it is, is made faster without the decoder.
    if (encoded.length > 24) return decoder.decode(encoded)
    let text = ''
    for (const byte of encoded) {
      if (byte > 127) return decoder.decode(encoded)
      text += String.fromCharCode(byte)
    }
    return text
  }
}

/** What some types say besides their name. */
interface Particulars {
  typeId: Type
  precision: number
  scale: number
  unit: number
  timezone?: string | null
  listSize: number
  typeIdToChildIndex: Record<number, number>
  children: readonly Field[]
}

/** Reads what stands in a column of a batch, apart from NULL. */
const present = (data: Data): ((index: number) => Value) => {
  const type = data.type as unknown as Particulars
  const values = data.values as unknown as Int32Array & BigInt64Array
  switch (type.typeId) {
    case Type.Null:
      return () => null
    case Type.Bool:
      return (index) => {
        const at = data.offset + index
        return (((data.values as Uint8Array)[at >> 3] ?? 0) & (1 << (at & 7))) !== 0
      }
    case Type.Float:
      return type.precision === 2 ? (index) => values[index] as number : (index) => shortest(values[index] as number)
    case Type.Int:
      return (index) => values[index] as number | bigint
    case Type.Decimal:
      return (index) => {
        const unscaled = wholeOf(values, 4 * index, true)
        return type.scale === 0 ? unscaled : scaled(unscaled, type.scale)
      }
    case Type.FixedSizeBinary: {
      const bytes = data.values as Uint8Array
      const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return (index) =>
        wholeOf(
          [0, 4, 8, 12].map((word) => words.getUint32(16 * index + word, true)),
          0,
          false,
        )
    }
    case Type.Date:
      return (index) => {
        const days =
          type.unit === DateUnit.DAY ? (values[index] as number) : Math.floor(Number(values[index]) / 86_400_000)
        if (days === 2_147_483_647) return 'infinity'
        return days === -2_147_483_647 ? '-infinity' : dayText(days)
      }
    case Type.Timestamp: {
      const zone = type.timezone ? '+00' : ''
      return (index) => stampText(values[index] as bigint, type.unit, zone)
    }
    case Type.Time: {
      const unit: TimeUnit = type.unit
      return (index) => clockText(BigInt(values[index] as number | bigint) * perUnit[unit])
    }
    case Type.Interval: {
      if ((type.unit as IntervalUnit) !== IntervalUnit.MONTH_DAY_NANO) return (index) => String(values[index])
      const words = data.values as Int32Array
      return (index) => {
        const [months = 0, days = 0, low = 0, high = 0] = words.subarray(4 * index, 4 * index + 4)
        return intervalText(months, days, BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0)))
      }
    }
    case Type.Utf8:
    case Type.LargeUtf8:
      return textOf(data)
    case Type.Binary:
    case Type.LargeBinary: {
      const bytes = bytesOf(data)
      return (index) => bytesText(bytes(index))
    }
    case Type.Dictionary: {
      const words = data.dictionary
      return (index) => (words?.get(Number(values[index])) ?? null) as Value
    }
    case Type.List: {
      const [child] = data.children
      if (!child) return () => []
      const read = valueReader(child)
      return (index) => {
        const [from = 0, to = 0] = data.valueOffsets.subarray(index, index + 2)
        return Array.from({ length: to - from }, (_, each) => read(from + each))
      }
    }
    case Type.FixedSizeList: {
      const [child] = data.children
      if (!child) return () => []
      const read = valueReader(child)
      const { listSize } = type
      return (index) => Array.from({ length: listSize }, (_, each) => read(index * listSize + each))
    }
    case Type.Map: {
      const [key, value] = data.children[0]?.children ?? []
      if (!key || !value) return () => new Entries('map', [])
      const [readKey, readValue] = [valueReader(key), valueReader(value)]
      return (index) => {
        const [from = 0, to = 0] = data.valueOffsets.subarray(index, index + 2)
        const entry = (_: unknown, each: number) => [readKey(from + each), readValue(from + each)] as const
        return new Entries('map', Array.from({ length: to - from }, entry))
      }
    }
    case Type.Struct: {
      const names = type.children.map(({ name }) => name)
      const read = data.children.map((child) => valueReader(child))
      return (index) =>
        new Entries(
          'struct',
          names.map((name, position) => [name, read[position]?.(index) ?? null]),
        )
    }
    case Type.Union: {
      const read = data.children.map((child) => valueReader(child))
      const offsets = data.valueOffsets as Int32Array | undefined
      return (index) => {
        const member = type.typeIdToChildIndex[data.typeIds[index] ?? 0] ?? 0
        return read[member]?.(offsets?.length ? (offsets[index] ?? 0) : index) ?? null
      }
    }
    default:
      throw new Error(`result: a column of type ${String(data.type)} cannot be read; cast it to VARCHAR`)
  }
}

/** Reads the values of a column of a batch by their place in it. */
export const valueReader = (data: Data): ((index: number) => Value) => {
  const read = present(data)
  if (DataType.isUnion(data.type) || data.nullCount === 0) return read
  return (index) => (data.getValid(index) ? read(index) : null)
}

const special = /^$|^\s|\s$|[,'"[\]{}()=:]|^null$/i

const innerText = (value: Value): string =>
  typeof value === 'string' && special.test(value)
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : valueText(value)

/** A value as the engine writes it, in full; "NULL" for none. */
export const valueText = (value: Value): string => {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'nan'
    if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
    return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
  }
  if (value instanceof Entries) {
    const parts = value.all.map(([name, each]) =>
      value.of === 'map' ? `${innerText(name)}=${innerText(each)}` : `'${valueText(name)}': ${innerText(each)}`,
    )
    return `{${parts.join(', ')}}`
  }
  return typeof value === 'object' ? `[${value.map(innerText).join(', ')}]` : String(value)
}

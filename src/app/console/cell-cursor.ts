/** A cell of the grid; row −1 is the head. */
export interface CellPlace {
  row: number
  column: number
}

/** Cells from one corner to another, both included. */
export interface Range {
  top: number
  bottom: number
  left: number
  right: number
}

export const rangeOf = (a: CellPlace, b: CellPlace): Range => ({
  top: Math.max(0, Math.min(a.row, b.row)),
  bottom: Math.max(a.row, b.row),
  left: Math.min(a.column, b.column),
  right: Math.max(a.column, b.column),
})

export const cellsIn = ({ top, bottom, left, right }: Range): number =>
  Math.max(0, bottom - top + 1) * (right - left + 1)

interface Extent {
  rows: number
  columns: number
  /** How many rows are in view. */
  page: number
}

/** Where a key leads from a cell; null if it leads nowhere. */
export const moved = (
  { row, column }: CellPlace,
  { key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  { rows, columns, page }: Extent,
): CellPlace | null => {
  const far = ctrlKey || metaKey
  const [last, end] = [rows - 1, columns - 1]
  const to = (nextRow: number, nextColumn: number): CellPlace => ({
    row: Math.max(-1, Math.min(last, nextRow)),
    column: Math.max(0, Math.min(end, nextColumn)),
  })
  switch (key) {
    case 'ArrowDown':
      return to(far ? last : row + 1, column)
    case 'ArrowUp':
      return to(far && row > 0 ? 0 : row - 1, column)
    case 'ArrowRight':
      return to(row, far ? end : column + 1)
    case 'ArrowLeft':
      return to(row, far ? 0 : column - 1)
    case 'Home':
      return to(far ? Math.min(0, last) : row, 0)
    case 'End':
      return to(far ? last : row, end)
    case 'PageDown':
      return to(row + page, column)
    case 'PageUp':
      return to(Math.max(Math.min(row, 0), row - page), column)
    default:
      return null
  }
}

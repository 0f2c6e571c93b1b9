const cell = (value: string | number) => (typeof value === 'number' ? value.toLocaleString('en') : value)

/** A Markdown table; the columns after the first are aligned to the right. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map((_, index) => (index ? '--:' : '---')), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')

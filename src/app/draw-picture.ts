import type { ChartConfiguration } from 'chart.js'
import { Chart } from './chart-library.ts'
import type { Picture } from './picture.ts'
import { inLight, readColours, type ChartColours } from './state/theme.svelte.ts'

const width = 960
const edge = 32
const scale = 2
const chartHeight = 360
const barHeight = 34
const family = "'Inter Variable', system-ui, sans-serif"

/** Gives the colour of a token where something stands. */
type ColourOf = (token: string) => string

const colourOfIn =
  (place: Node): ColourOf =>
  (token) => {
    const probe = document.createElement('span')
    probe.style.color = `var(${token})`
    place.appendChild(probe)
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }

/** Text that keeps its own direction. */
const isolated = (text: string) => `\u2068${text}\u2069`

/** Text cut to a width, with an ellipsis. */
const fitted = (context: CanvasRenderingContext2D, text: string, room: number): string => {
  if (context.measureText(text).width <= room) return isolated(text)
  const letters = [...text]
  let [least, most] = [0, letters.length]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (context.measureText(`${letters.slice(0, middle).join('')}…`).width <= room) least = middle
    else most = middle - 1
  }
  return isolated(`${letters.slice(0, least).join('')}…`)
}

const newCanvas = (height: number) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: width * scale, height: height * scale })
  const context = canvas.getContext('2d')
  if (!context) throw new Error('picture: the browser draws none')
  context.scale(scale, scale)
  context.textBaseline = 'middle'
  return { canvas, context }
}

const drawChart = (
  context: CanvasRenderingContext2D,
  picture: Extract<Picture, { kind: 'chart' }>,
  top: number,
  colours: ChartColours,
) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: width - 2 * edge, height: chartHeight })
  const config = picture.config(colours) as ChartConfiguration
  const options = { ...config.options, responsive: false, animation: false as const, devicePixelRatio: scale }
  const chart = new Chart(canvas, { ...config, options })
  context.drawImage(canvas, edge, top, width - 2 * edge, chartHeight)
  chart.destroy()
}

const drawBars = (
  context: CanvasRenderingContext2D,
  { bars }: Extract<Picture, { kind: 'bars' }>,
  top: number,
  colourOf: ColourOf,
) => {
  const [start, end] = [edge + 250, width - edge - 110]
  const longest = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)))
  for (const [index, { label, parts, end: text }] of bars.entries()) {
    const middle = top + index * barHeight + barHeight / 2
    context.font = `500 13px ${family}`
    context.fillStyle = colourOf('--ink')
    context.fillText(fitted(context, label, 235), edge, middle)
    let left = start
    for (const { value, token } of parts) {
      const long = (value / longest) * (end - start)
      context.fillStyle = colourOf(token)
      context.fillRect(left, middle - 9, Math.max(0, long - 1), 18)
      left += long
    }
    context.font = `400 13px ${family}`
    context.fillStyle = colourOf('--ink')
    context.textAlign = 'right'
    context.fillText(text, width - edge, middle)
    context.textAlign = 'left'
  }
}

const paint = (picture: Picture, [title = '', ...about]: readonly string[], place: Node): HTMLCanvasElement => {
  const colourOf = colourOfIn(place)
  const head = edge + 30 + about.length * 20 + 14
  const legend = picture.legend.length ? 30 : 0
  const body = picture.kind === 'chart' ? chartHeight : picture.bars.length * barHeight
  const { canvas, context } = newCanvas(head + legend + body + 40 + edge / 2)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, canvas.height)
  context.fillStyle = colourOf('--ink')
  context.font = `620 20px ${family}`
  context.fillText(fitted(context, title, width - 2 * edge), edge, edge + 8)
  context.font = `400 12.5px ${family}`
  context.fillStyle = colourOf('--ink-2')
  for (const [index, line] of about.entries())
    context.fillText(fitted(context, line, width - 2 * edge), edge, edge + 38 + index * 20)
  let left = edge
  for (const { label, token } of picture.legend) {
    context.fillStyle = colourOf(token)
    context.fillRect(left, head + 1, 10, 10)
    context.fillStyle = colourOf('--ink-2')
    context.fillText(label, left + 16, head + 7)
    left += 16 + context.measureText(label).width + 18
  }
  if (picture.kind === 'chart') drawChart(context, picture, head + legend, readColours(place))
  else drawBars(context, picture, head + legend, colourOf)
  context.fillStyle = colourOf('--ink-2')
  context.fillText(fitted(context, picture.note, width - 2 * edge), edge, head + legend + body + 24)
  return canvas
}

/**
 * Draws what a card shows on white ground, with its title, whose numbers they are and as of when above it,
 * in the colours of where it stands. Gives a PNG.
 * @throws Error where the browser draws none
 */
export const drawPicture = async (picture: Picture, about: readonly string[], place: Node): Promise<Blob> => {
  await document.fonts.ready
  const canvas = inLight(() => paint(picture, about, place), place)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('picture: the browser made none')))),
  )
}

/** Taller elements than some 16 million pixels the browsers cut off. */
const tallest = 12_000_000

/**
 * Where a scrolled view stands in a content that may be taller than an element can be. Ways shorter than a pixel of the scroll bar
 * are those of the wheel, or a finger, and go row by row; longer ones, as by the bar, are taken in proportion.
 */
export class Scrolling {
  #scrolled = 0
  #top = 0
  #content = 0
  #view = 0

  /** How tall the element is that stands for the content. */
  get height() {
    return Math.min(this.#content, tallest)
  }

  /** How far the content is scrolled. */
  get top() {
    return this.#top
  }

  get #most() {
    return Math.max(0, this.#content - this.#view)
  }

  get #range() {
    return Math.max(0, this.height - this.#view)
  }

  /** Takes note of the heights of the content and of the view of it. */
  resize(content: number, view: number) {
    this.#content = content
    this.#view = view
    this.#top = Math.min(this.#top, this.#most)
  }

  /** Takes note of how far the element is scrolled. */
  follow(scrolled: number): number {
    const way = scrolled - this.#scrolled
    this.#scrolled = scrolled
    if (this.#content <= tallest || scrolled <= 0) this.#top = Math.max(0, scrolled)
    else if (scrolled >= this.#range - 1) this.#top = this.#most
    else if (Math.abs(way) < Math.max(this.#view, this.#range / (2 * this.#view)))
      this.#top = Math.min(this.#most, Math.max(0, this.#top + way))
    else this.#top = (scrolled / this.#range) * this.#most
    return this.#top
  }

  /** Goes to a place of the content; gives how far the element is to be scrolled. */
  goTo(top: number): number {
    this.#top = Math.min(this.#most, Math.max(0, top))
    return this.#content <= tallest || this.#most === 0 ? this.#top : (this.#top / this.#most) * this.#range
  }

  /** Takes note of where the element really stands after that, in whole pixels perhaps. */
  settle(scrolled: number) {
    this.#scrolled = scrolled
  }
}

import type { Attachment } from 'svelte/attachments'

/** For a button that goes once it has been pressed: whoever works without a mouse goes on at the main part of the page. */
export const handOn: Attachment<HTMLElement> = (button) => {
  let pressed = false
  const press = () => (pressed = true)
  button.addEventListener('click', press)
  return () => {
    button.removeEventListener('click', press)
    queueMicrotask(() => {
      const { activeElement, body } = document
      if (pressed && activeElement === body) document.querySelector('main')?.focus({ preventScroll: true })
    })
  }
}

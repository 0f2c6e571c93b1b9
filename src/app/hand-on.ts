import type { Attachment } from 'svelte/attachments'

/** For a button that goes once it has been pressed: whoever works without a mouse goes on at the main part of the page. */
export const handOn: Attachment<HTMLElement> = (button) => {
  // Of this app: a card may stand in somebody else's page.
  const root = button.getRootNode() as Document | ShadowRoot
  let pressed = false
  const press = () => (pressed = true)
  button.addEventListener('click', press)
  return () => {
    button.removeEventListener('click', press)
    queueMicrotask(() => {
      const { activeElement, body } = document
      if (pressed && activeElement === body) root.querySelector('main')?.focus({ preventScroll: true })
    })
  }
}

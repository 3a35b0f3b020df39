import { cut } from "./format.ts"

/** The most characters of a text that are shown: a browser takes a minute to lay out some names of ten million. */
const mostText = 5000

/** An element with text, or with others in it. Names from a trace enter the page here, as text, so none of them becomes HTML. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag)
  Object.assign(made, properties)
  made.append(...children.map((child) => (typeof child === "string" ? cut(child, mostText) : child)))
  return made
}

export const byId = <E extends HTMLElement>(id: string, type: new () => E): E => {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`The page has no #${id}`)
}

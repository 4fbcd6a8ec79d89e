/**
 * Dragging over a chart: the steps that it goes over are written into the form above the curves, which then shows them.
 */

/** What moves less was meant as a click, in pixels. */
const leastPixels = 6

interface Chart {
  readonly element: HTMLElement
  readonly drawing: SVGSVGElement
}

interface Drag extends Chart {
  readonly form: HTMLFormElement
  readonly inputs: readonly [from: HTMLInputElement, to: HTMLInputElement]
  /** What was written there before. */
  readonly before: readonly [from: string, to: string]
  readonly shade: SVGRectElement
  /** Where it began, in pixels of the window. */
  readonly began: number
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most))

/** Finds the step below a place of the window, and where the drawing has it, as a share of its width. */
const below = ({ drawing, element: { dataset } }: Chart, x: number): { readonly step: number; readonly share: number } => {
  const [first, last, west, east] = [dataset["first"], dataset["last"], dataset["left"], dataset["right"]].map(Number) as [number, number, number, number]
  const { left, width } = drawing.getBoundingClientRect()
  const share = within((x - left) / width, west, east)
  return { share, step: Math.round(first + (last - first) * (share - west) / (east - west)) }
}

const begin = (target: EventTarget | null, x: number): Drag | null => {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-first]") : null
  const drawing = element?.querySelector("svg") ?? null
  const form = document.querySelector<HTMLFormElement>("form.steps")
  const [from, to] = ["from", "to"].map((name) => form?.querySelector<HTMLInputElement>(`input[name=${name}]`) ?? null)
  if (element === null || drawing === null || form === null || !from || !to) return null
  const shade = document.createElementNS("http://www.w3.org/2000/svg", "rect")
  shade.setAttribute("class", "chosen")
  shade.setAttribute("height", String(drawing.viewBox.baseVal.height))
  drawing.append(shade)
  return { element, drawing, form, shade, inputs: [from, to], before: [from.value, to.value], began: x }
}

const write = ({ inputs }: Drag, values: readonly [from: string, to: string]): void => {
  for (const [index, input] of inputs.entries()) input.value = values[index] ?? ""
}

const isFar = ({ began }: Drag, x: number): boolean => Math.abs(x - began) >= leastPixels

const move = (drag: Drag, x: number): void => {
  const [one, other] = [below(drag, drag.began), below(drag, x)]
  const across = drag.drawing.viewBox.baseVal.width
  drag.shade.setAttribute("x", String(across * Math.min(one.share, other.share)))
  drag.shade.setAttribute("width", String(across * Math.abs(one.share - other.share)))
  write(drag, isFar(drag, x) ? [String(Math.min(one.step, other.step)), String(Math.max(one.step, other.step))] : drag.before)
}

/** Has charts be dragged over by a mouse: a finger scrolls the page, and Escape lets go of it. */
export const listen = (): void => {
  let drag: Drag | null = null
  const end = (): void => {
    drag?.shade.remove()
    drag = null
  }
  const abandon = (): void => {
    if (drag !== null) write(drag, drag.before)
    end()
  }
  document.addEventListener("pointerdown", ({ button, clientX, pointerId, pointerType, target }) => {
    abandon()
    if (pointerType !== "mouse" || button !== 0) return
    drag = begin(target, clientX)
    // It is let go of outside of the window, too.
    drag?.element.setPointerCapture(pointerId)
  })
  document.addEventListener("pointermove", ({ clientX }) => {
    if (drag !== null) move(drag, clientX)
  })
  document.addEventListener("pointerup", ({ clientX }) => {
    if (drag === null) return
    if (!isFar(drag, clientX)) return abandon()
    move(drag, clientX)
    const { form } = drag
    end()
    form.requestSubmit()
  })
  document.addEventListener("pointercancel", abandon)
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") abandon()
  })
}

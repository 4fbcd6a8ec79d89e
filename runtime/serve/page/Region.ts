/**
 * The parts of a page that are kept up to date: fetched anew, and put in the place of those that stand there.
 */

const isLiving = (element: Element): element is HTMLElement => element instanceof HTMLElement && "live" in element.dataset

/** Names what somebody is at in a part of a page, so that it can be found again in the one that comes in its place. */
const keyOf = (element: Element): string | null => {
  if (element instanceof HTMLInputElement) return `input[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`
  if (element instanceof HTMLAnchorElement) return `a[href="${CSS.escape(element.getAttribute("href") ?? "")}"]`
  if (element instanceof HTMLButtonElement && element.dataset["do"] !== undefined) return `button[data-do="${CSS.escape(element.dataset["do"])}"]`
  return null
}

/** Finds what can be folded, by what its summary says: others may have come before it. */
const foldsIn = (element: HTMLElement): ReadonlyMap<string, ReadonlyArray<HTMLDetailsElement>> =>
  Map.groupBy(element.querySelectorAll("details"), (details) => details.querySelector("summary")?.textContent ?? "")

/** What the keyboard stops at and nothing names: the how-manieth it is of those that say the same. */
const counted = "summary, .scroll"

/** Finds in a new part of a page what somebody is at in the old one; null where it is not there. */
const sameIn = (fresh: HTMLElement, old: HTMLElement, element: Element): HTMLElement | null => {
  const key = keyOf(element)
  if (key !== null) return fresh.querySelector<HTMLElement>(key)
  const nameOf = (one: Element): string | null => one.getAttribute("aria-label") ?? one.textContent
  const alike = (part: HTMLElement): ReadonlyArray<HTMLElement> =>
    [...part.querySelectorAll<HTMLElement>(counted)].filter((one) => nameOf(one) === nameOf(element))
  return alike(fresh)[alike(old).findIndex((one) => one === element)] ?? null
}

const keep = (old: HTMLElement, fresh: HTMLElement): void => {
  for (const ticked of old.querySelectorAll<HTMLInputElement>("input:checked")) {
    const same = fresh.querySelector<HTMLInputElement>(keyOf(ticked) ?? "")
    if (same !== null) same.checked = true
  }
  const folded = foldsIn(fresh)
  for (const [summary, several] of foldsIn(old)) {
    for (const [index, details] of several.entries()) {
      const same = folded.get(summary)?.[index]
      if (same !== undefined) same.open = details.open
    }
  }
  const scrolled = [...fresh.querySelectorAll(".scroll")]
  const lefts = [...old.querySelectorAll(".scroll")].map(({ scrollLeft }) => scrollLeft)
  queueMicrotask(() => scrolled.forEach((element, index) => element.scrollLeft = lefts[index] ?? 0))
}

/** Tells whether somebody is selecting text or steps in a part of the page, which a new one would undo. */
const isSelected = (element: Element): boolean => {
  const selection = getSelection()
  return element.querySelector(".chosen") !== null || selection !== null && !selection.isCollapsed && selection.containsNode(element, true)
}

const replace = (old: HTMLElement, fetched: HTMLElement): void => {
  if (old.innerHTML === fetched.innerHTML || isSelected(old)) return
  const focused = old.contains(document.activeElement) ? document.activeElement : null
  // Nobody is moved away from where the keyboard is.
  if (focused !== null && sameIn(fetched, old, focused) === null) return
  // What becomes part of this page loads its pictures.
  const fresh = document.importNode(fetched, true)
  const same = focused === null ? null : sameIn(fresh, old, focused)
  keep(old, fresh)
  old.replaceWith(fresh)
  same?.focus({ preventScroll: true })
}

const shows: Array<() => void> = []

/** Calls `show` now, and whenever a part of the page was replaced. */
export const shown = (show: () => void): void => {
  shows.push(show)
  show()
}

/** Fetches the page anew, and returns how the run of the page stands now; null where it is about none. */
export const refresh = async (): Promise<string | null> => {
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" })
  if (!answer.ok) throw new Error(String(answer.status))
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  for (const old of [...document.querySelectorAll("[data-live]")].filter(isLiving)) {
    const fresh = page.getElementById(old.id)
    if (fresh !== null && "live" in fresh.dataset) replace(old, fresh)
  }
  for (const show of shows) show()
  return document.querySelector<HTMLElement>("[data-status]")?.dataset["status"] ?? null
}

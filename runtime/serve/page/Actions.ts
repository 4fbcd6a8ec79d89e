/**
 * Buttons that do something to a run.
 */
import * as Region from "./Region.ts"

const outcomes: Readonly<Record<string, string>> = {
  cancelled: "It is cancelled; it had not begun.",
  asked: "It ends with a checkpoint.",
  ended: "It had ended.",
  elsewhere: "It is no run of the queue: Ctrl-C where it was started ends it."
}

interface Answer {
  readonly message?: string
  readonly runs?: ReadonlyArray<{ readonly id: string; readonly outcome?: string }>
}

const tell = (...content: ReadonlyArray<string | Node>): void => document.getElementById("answer")?.replaceChildren(...content)

const link = (id: string): HTMLAnchorElement => {
  const made = document.createElement("a")
  made.href = `/runs/${encodeURIComponent(id)}`
  made.textContent = id
  return made
}

const act = async (button: HTMLButtonElement): Promise<void> => {
  const { action, do: what, question } = button.dataset
  if (action === undefined || what === undefined || !confirm(question)) return
  button.disabled = true
  try {
    const answer = await fetch(`/api${action}/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: "{}"
    })
    const document = await answer.json() as Answer
    const [run] = document.runs ?? []
    if (!answer.ok || run === undefined) tell(`It was not done: ${document.message ?? answer.statusText}`)
    else if (what === "rerun") tell("It is in the queue as ", link(run.id), ".")
    else tell(outcomes[run.outcome ?? ""] ?? "")
  } catch {
    tell("It was not done: the server does not answer.")
  }
  button.disabled = false
}

const isAction = (target: EventTarget | null): target is HTMLButtonElement =>
  target instanceof HTMLButtonElement && target.dataset["do"] !== undefined

/** Has buttons that need the script be there, also those that come later. */
export const listen = (): void => {
  document.addEventListener("click", ({ target }) => {
    if (isAction(target)) void act(target)
  })
  Region.shown(() => {
    for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-do]")) button.hidden = false
  })
}

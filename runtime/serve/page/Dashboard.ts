/**
 * The script of the dashboard: every page is whole without it, and stands still.
 */
import * as Actions from "./Actions.ts"
import * as Following from "./Following.ts"
import * as Region from "./Region.ts"
import * as Zooming from "./Zooming.ts"

const { events, every } = document.body.dataset

Actions.listen()
Zooming.listen()
if (events !== undefined) Following.follow(events)
if (every !== undefined) {
  setInterval(() => {
    // One that cannot be reached is tried again.
    if (!document.hidden) Region.refresh().catch(() => undefined)
  }, Number(every))
}

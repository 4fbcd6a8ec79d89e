/**
 * The page where a browser tells the token, for a session in a cookie.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Html, html } from "../report/html/Html.ts"
import { currentRequest, form, HttpRouter, HttpServerResponse, type Response } from "./Http.ts"
import * as Shell from "./pages/Shell.ts"
import * as Token from "./Token.ts"

const place = "/sign-in"

/** Names the page, which leads to another afterwards. */
export const pathTo = (url: string): string => `${place}?${new URLSearchParams({ to: url }).toString()}`

/** Takes a page of the server's own alone: two slashes would lead to another host. */
const own = (to: string | null): string => to !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : "/"

const page = (to: string, wrong: boolean): Response =>
  Shell.of({
    title: "Sign in",
    here: null,
    leads: false,
    status: wrong ? 401 : 200,
    content: html`<h1>Sign in</h1>
${wrong ? html`<p class="bad" role="alert">That is not the token.</p>` : null}
<form method="post" action="${place}">
<input type="hidden" name="to" value="${to}">
<p><label for="token">The token that the server was started with</label> <input id="token" name="token" type="password" autocomplete="current-password" aria-describedby="where" required></p>
<p id="where" class="note">It stands in the file that <code>--token-file</code> names, or in <code>BALLAST_TOKEN</code>.</p>
<p><button>Sign in</button></p>
</form>
` satisfies Html
  })

/** Its routes; none where nobody has to sign in. */
export const layer = (sessions: Token.Sessions | null) =>
  sessions === null ? Layer.empty : HttpRouter.addAll([
    HttpRouter.route("GET", place, Effect.map(currentRequest, ({ url }) => page(own(new URLSearchParams(url.split("?", 2)[1]).get("to")), false))),
    HttpRouter.route(
      "POST",
      place,
      Effect.gen(function*() {
        const fields = yield* form(yield* currentRequest)
        const to = own(fields.get("to"))
        if (!sessions.isToken(fields.get("token") ?? "")) return page(to, true)
        const cookie = `${Token.cookie}=${sessions.begin(Date.now())}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessions.seconds}`
        return HttpServerResponse.redirect(to, { status: 303, headers: { "set-cookie": cookie } })
      })
    )
  ])

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Comment from "../review/report/Comment.ts"
import * as GitHub from "../review/report/GitHub.ts"
import * as ReportFile from "../review/report/ReportFile.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"

const { Command, Flag } = CommandLine

const variable = "GITHUB_TOKEN"

/** Reads the token; what is wrong with it is said without it. */
const token = Effect.suspend(() => {
  const value = (process.env[variable] ?? "").trim()
  return /^[\u0021-\u007e]+$/.test(value)
    ? Effect.succeed(Redacted.make(value))
    : Effect.fail(
      new GitHub.TokenMissing({
        message: value === ""
          ? `${variable} is not set: it has to hold a token with the permission pull-requests: write`
          : `${variable} holds what cannot be a token`
      })
    )
})

const ownHost = ["localhost", "127.0.0.1", "[::1]"]

/** Reads the API's address: nobody on the way may read the token. */
const apiOf = (text: string): Effect.Effect<string, WrongUsage> => {
  const url = URL.parse(text)
  return url === null || !(url.protocol === "https:" || (url.protocol === "http:" && ownHost.includes(url.hostname)))
    ? Effect.fail(new WrongUsage({ message: `--api takes an address with https, such as ${publicApi}` }))
    : Effect.succeed(`${url.origin}${url.pathname}`.replace(/\/+$/, ""))
}

const publicApi = "https://api.github.com"

const namePart = /^(?!\.{1,2}$)[\w.-]+$/

const nameOf = (text: string): Effect.Effect<string, WrongUsage> => {
  const parts = text.split("/")
  return parts.length === 2 && parts.every((part) => namePart.test(part))
    ? Effect.succeed(text)
    : Effect.fail(new WrongUsage({ message: "--repository takes owner/name" }))
}

interface Asked {
  readonly pull: number | null
  readonly branch: string | null
  readonly commit: string | null
}

const unsure = (branch: string, commit: string, found: number): WrongUsage =>
  new WrongUsage({
    message: found === 0
      ? `no open pull request from ${branch} stands at ${commit}: it was closed, or something was pushed since`
      : `${found} open pull requests from ${branch} stand at ${commit}: --pull says which is meant`
  })

/** Finds the pull request. Fails with WrongUsage where it is not certain which one is meant. */
const pullOf = Effect.fn("ReviewComment.pullOf")(function*(repository: GitHub.Repository, { branch, commit, pull }: Asked) {
  if (pull !== null && branch === null && commit === null) {
    return pull > 0 ? pull : yield* new WrongUsage({ message: `--pull takes a number of at least 1, got ${pull}` })
  }
  if (pull !== null || branch === null || commit === null) {
    return yield* new WrongUsage({ message: "say which pull request: --pull N, or --branch OWNER:NAME with --commit SHA" })
  }
  if (!/^[\w.-]+:./.test(branch)) return yield* new WrongUsage({ message: "--branch takes OWNER:NAME" })
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return yield* new WrongUsage({ message: "--commit takes a whole commit id" })
  const found = yield* GitHub.patiently(GitHub.pulls(repository, branch, commit))
  const [only] = found
  return found.length === 1 && only !== undefined ? only : yield* unsure(branch, commit, found.length)
})

const did: Readonly<Record<Comment.Put["action"], string>> = {
  created: "written",
  updated: "brought up to date",
  unchanged: "left as it is: it says the same"
}

/** `ballast review comment`: a report as the one comment on its pull request, whoever wrote the report. */
export const comment = Command.make(
  "comment",
  {
    report: Flag.String("report").pipe(Flag.withDescription("the folder or file that ballast review --out has written")),
    repository: Flag.String("repository").pipe(Flag.withMetavar("OWNER/NAME"), Flag.withDescription("the repository on GitHub")),
    pull: Flag.Int("pull").pipe(Flag.withDescription("the pull request's number"), Flag.optional, Flag.map(Option.getOrNull)),
    branch: CommandLine.optionalText("branch", "instead of the number, the branch it comes from, as OWNER:NAME"),
    commit: CommandLine.optionalText("commit", "the last commit of that branch"),
    author: CommandLine.optionalText("author", "whose comment it is (default: whom the token belongs to)"),
    api: Flag.String("api").pipe(Flag.withDescription("the address of GitHub's API"), Flag.withDefault(publicApi)),
    json: CommandLine.shared.json
  },
  Effect.fn(
    function*({ api, author, branch, commit, json, pull: number, report, repository: named }) {
      const repository = { api: yield* apiOf(api), name: yield* nameOf(named), token: yield* token }
      const document = yield* ReportFile.read(report)
      const pull = yield* pullOf(repository, { pull: number, branch, commit })
      const { action, comment } = yield* Comment.put({ repository, pull, body: Comment.body(document), author })
      if (json) yield* Output.json({ format: "ballast.comment/1", pull, comment, action })
      else Output.text(`comment ${comment} on ${repository.name}#${pull} is ${did[action]}\n`)
    },
    Effect.provide(GitHub.layer)
  )
).pipe(Command.withDescription("Post a report as the one comment on its pull request, or bring that up to date"))

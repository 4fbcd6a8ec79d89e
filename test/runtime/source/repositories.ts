import { spawnSync } from "node:child_process"
import * as checkouts from "./checkouts.ts"

/** Runs git in a repository as somebody of its own, whatever this machine's git is told otherwise. */
export const git = (repository: string, parameters: ReadonlyArray<string>, input: string | Buffer = ""): string => {
  const { status, stderr, stdout } = spawnSync("git", ["-C", repository, ...parameters], {
    input,
    env: {
      PATH: process.env["PATH"],
      HOME: repository,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.com",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.com"
    }
  })
  if (status !== 0) throw new Error(`git ${parameters.join(" ")}: ${stderr}`)
  return stdout.toString("utf8").trim()
}

/** Makes a repository of files and commits them. */
export const make = (folder: string, files: Readonly<Record<string, string>>): string => {
  checkouts.write(folder, files)
  git(folder, ["init", "--quiet", "--initial-branch=main"])
  return commit(folder)
}

/** Commits a repository's files as they are, and returns the commit. */
export const commit = (folder: string): string => {
  git(folder, ["add", "--all", "--force"])
  git(folder, ["commit", "--quiet", "--message", "a"])
  return git(folder, ["rev-parse", "HEAD"])
}

/** One entry of a tree that git itself would not write. */
export interface Entry {
  readonly mode: "100644" | "120000" | "160000" | "40000"
  readonly name: string | Buffer
  readonly id: string
}

/** Stores a file's content, and returns its id. */
export const blob = (folder: string, text: string): string => git(folder, ["hash-object", "-w", "--stdin"], text)

/** Stores a tree, whatever its names, and returns its id. */
export const tree = (folder: string, entries: ReadonlyArray<Entry>): string =>
  git(
    folder,
    ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
    Buffer.concat(entries.flatMap(({ id, mode, name }) => [
      Buffer.from(`${mode} `),
      Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(id, "hex")
    ]))
  )

/** Commits a tree, and returns the commit. */
export const commitTree = (folder: string, id: string): string => git(folder, ["commit-tree", id, "-m", "a"])


/**
 * A PostgreSQL server of a test process's own, from the installed package.
 */
import { beforeAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn, spawnSync, type SpawnSyncOptions } from "node:child_process"
import { randomBytes, randomInt } from "node:crypto"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { Client } from "pg"
import { part } from "./require.ts"

/** How a server stops: with its sessions cut off, or as if it had been killed. */
export type Mode = "fast" | "immediate"

export interface Server {
  /** The address of the database `postgres`, with the password; the same after a restart. */
  readonly url: string
  /** Makes an empty database and gives its address. */
  readonly database: Effect.Effect<string>
  /** Asks the database `postgres`, or another whose address is given. */
  readonly query: (statement: string, url?: string) => Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>>
  readonly stop: (mode: Mode) => Effect.Effect<void>
  readonly start: Effect.Effect<void>
  readonly restart: (mode: Mode) => Effect.Effect<void>
}

const versions = "/usr/lib/postgresql"

/** The newest installed version's programs; null where there are none. */
const programs = (): string | null => {
  const found = (fs.existsSync(versions) ? fs.readdirSync(versions) : [])
    .map((version) => path.join(versions, version, "bin"))
    .filter((folder) => fs.existsSync(path.join(folder, "initdb")))
  return found.toSorted((one, other) => one.localeCompare(other, "en", { numeric: true })).at(-1) ?? null
}

/** Whether PostgreSQL is installed here. */
export const installed = programs() !== null

/** PostgreSQL refuses to be run by root. */
const account = (): Pick<SpawnSyncOptions, "uid" | "gid"> => {
  if (process.getuid?.() !== 0) return {}
  const numberOf = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout)
  return { uid: numberOf("-u"), gid: numberOf("-g") }
}

// What is committed outlives the server's processes without being forced to the disk, though not the host.
const settings = (folder: string, port: number): string => `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
fsync = off
full_page_writes = off
shared_buffers = 16MB
`

/** Below the ports that the system gives to whoever asks for any, which might take it while the server restarts. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const port = randomInt(20_000, 32_000)
    const probe = net.createServer()
    probe.once("error", () => resolve(freePort()))
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(port)))
  })

/** Stops the server and removes its folder when its input closes, however the test's process ends. */
const watchdog = "cat > /dev/null; \"$1/pg_ctl\" -D \"$2/data\" -m immediate -w stop; rm -rf \"$2\""

const serve = async (bin: string): Promise<{ readonly server: Server; readonly remove: () => Promise<void> }> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-postgres-"))
  const data = path.join(folder, "data")
  const user = account()
  if (user.uid !== undefined && user.gid !== undefined) fs.chownSync(folder, user.uid, user.gid)
  const guard = spawn("sh", ["-c", watchdog, "sh", bin, folder], {
    ...user,
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"]
  })
  const gone = new Promise<void>((resolve) => guard.once("exit", () => resolve()))
  guard.stdin.on("error", () => undefined)
  guard.unref()
  const remove = (): Promise<void> => {
    guard.ref()
    guard.stdin.end()
    return gone
  }

  const log = path.join(folder, "log")
  /** Output goes to a file, as a pipe would stay open for as long as the server runs. */
  const run = (program: string, ...parameters: ReadonlyArray<string>): Promise<void> =>
    new Promise((resolve, reject) => {
      const output = fs.openSync(log, "a")
      const child = spawn(path.join(bin, program), parameters, { ...user, cwd: folder, stdio: ["ignore", output, output] })
      fs.closeSync(output)
      child.once("error", reject)
      child.once("exit", (code) =>
        code === 0
          ? resolve()
          : reject(new Error(`${program} ended with code ${code}: ${fs.readFileSync(log, "utf8").slice(-2_000)}`)))
    })
  const control = (...parameters: ReadonlyArray<string>) => run("pg_ctl", "-D", data, "-w", ...parameters)

  const password = randomBytes(12).toString("hex")
  const configure = async () => {
    const port = await freePort()
    fs.writeFileSync(path.join(data, "postgresql.conf"), settings(folder, port))
    return port
  }
  const listen = async (triesLeft: number): Promise<number> => {
    const port = await configure()
    try {
      await control("start")
      return port
    } catch (cause) {
      // Somebody else may have taken the port in the meantime.
      if (triesLeft === 0) throw cause
      return listen(triesLeft - 1)
    }
  }
  const begin = async () => {
    fs.writeFileSync(path.join(folder, "password"), password)
    fs.chmodSync(path.join(folder, "password"), 0o644)
    await run(
      "initdb", "-D", data, "-U", "ballast", "--pwfile", path.join(folder, "password"), "--auth", "scram-sha-256",
      "--encoding", "UTF8", "--locale", "C", "--no-sync"
    )
    return listen(3)
  }
  const port = await begin().catch(async (cause: unknown) => {
    await remove()
    throw cause
  })

  const addressOf = (database: string) => `postgresql://ballast:${password}@127.0.0.1:${port}/${database}`
  const url = addressOf("postgres")
  const ask = async (statement: string, address = url) => {
    const client = new Client({ connectionString: address })
    client.on("error", () => undefined)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  }
  let databases = 0
  return {
    remove,
    server: {
      url,
      database: Effect.promise(async () => {
        const name = `test_${++databases}`
        await ask(`create database ${name}`)
        return addressOf(name)
      }),
      query: (statement, address) => Effect.promise(() => ask(statement, address)),
      stop: (mode) => Effect.promise(() => control("-m", mode, "stop")),
      start: Effect.promise(() => control("start")),
      restart: (mode) => Effect.promise(() => control("-m", mode, "restart"))
    }
  }
}

/** Starts a server, and stops and removes it with the scope. */
export const make = Effect.fn("postgres.make")(function*() {
  const bin = programs()
  if (bin === null) return yield* Effect.die(new Error("PostgreSQL is not installed"))
  const { server } = yield* Effect.acquireRelease(
    Effect.promise(() => serve(bin)),
    ({ remove }) => Effect.promise(remove)
  )
  return server
})

let started: ReturnType<typeof serve> | null = null

/**
 * Declares tests that need PostgreSQL: skipped where it is not installed, failed where it is required. All of a process
 * share one server, which ends with it, so each makes databases of its own.
 */
export const postgresql = (title: string, body: (server: Effect.Effect<Server>) => void): void => {
  const bin = programs()
  part("postgresql", bin !== null, title, () => {
    if (bin === null) return
    const server = () => (started ??= serve(bin)).then(({ server }) => server)
    beforeAll(server)
    body(Effect.promise(server))
  })
}

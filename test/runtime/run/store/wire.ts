import * as Effect from "effect/Effect"
import { once } from "node:events"
import * as net from "node:net"

const listening = (server: net.Server) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return (server.address() as net.AddressInfo).port
    }),
    () => Effect.sync(() => server.close())
  )

/** Stands between a database's client and its server, and cuts the connection once when a commit has gone through. */
export const cuttingAtCommit = Effect.fn("wire.cuttingAtCommit")(function*(url: string) {
  const { hostname, port: behind } = new URL(url)
  let cut = false
  const port = yield* listening(net.createServer((client) => {
    const server = net.connect(Number(behind), hostname)
    let committing = false
    client.on("error", () => undefined)
    server.on("error", () => undefined)
    client.on("close", () => server.destroy())
    server.on("close", () => client.destroy())
    client.on("data", (sent) => {
      committing = !cut && sent.includes("commit")
      server.write(sent)
    })
    server.on("data", (answer) => {
      if (!committing) return void client.write(answer)
      cut = true
      client.destroy()
    })
  }))
  return Object.assign(new URL(url), { port: String(port) }).href
})

const message = (type: string, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const numbers = (...values: ReadonlyArray<readonly [number, 2 | 4]>): Buffer =>
  Buffer.concat(values.map(([value, bytes]) => {
    const buffer = Buffer.alloc(bytes)
    buffer.writeIntBE(value, 0, bytes)
    return buffer
  }))

const text = (value: string): Buffer => Buffer.from(`${value}\0`)

const field = (name: string): Buffer => Buffer.concat([text(name), numbers([0, 4], [0, 2], [25, 4], [-1, 2], [-1, 4], [0, 2])])

const cell = (value: string): Buffer => Buffer.concat([numbers([value.length, 4]), Buffer.from(value)])

/** Speaks as a server too old to be had: it lets everybody in and answers every question with its version. */
export const oldServer = Effect.fn("wire.oldServer")(function*() {
  const ready = message("Z", Buffer.from("I"))
  const answer = Buffer.concat([
    message("1"),
    message("2"),
    message("T", numbers([2, 2]), field("number"), field("name")),
    message("D", numbers([2, 2]), cell("120022"), cell("PostgreSQL 12.22")),
    message("C", text("SELECT 1")),
    ready
  ])
  const port = yield* listening(net.createServer((client) => {
    client.on("error", () => undefined)
    client.once("data", () => {
      client.write(Buffer.concat([message("R", numbers([0, 4])), ready]))
      client.on("data", (sent) => {
        if (sent.includes("select")) client.write(answer)
        if (sent[0] === "X".charCodeAt(0)) client.end()
      })
    })
  }))
  return `postgresql://user@127.0.0.1:${port}/old`
})

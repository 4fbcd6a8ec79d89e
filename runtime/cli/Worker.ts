import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as os from "node:os"
import * as Text from "../../dsl/Text.ts"
import * as Locations from "../data/Locations.ts"
import * as Engines from "../engine/Engines.ts"
import * as Screen from "../report/Screen.ts"
import * as DrawingReporter from "../report/html/DrawingReporter.ts"
import * as FollowingReporter from "../report/tensorboard/FollowingReporter.ts"
import * as Home from "../run/Home.ts"
import * as Stop from "../run/Stop.ts"
import * as About from "../run/telemetry/About.ts"
import * as DiskSpace from "../run/telemetry/DiskSpace.ts"
import * as Exporter from "../run/telemetry/Exporter.ts"
import { Instruments } from "../run/telemetry/Instruments.ts"
import * as Log from "../run/telemetry/Log.ts"
import * as MeasuredReporter from "../run/telemetry/MeasuredReporter.ts"
import * as MeasuredStore from "../run/telemetry/MeasuredStore.ts"
import * as Traces from "../run/telemetry/Traces.ts"
import * as LoggedReporter from "../run/worker/LoggedReporter.ts"
import * as Offering from "../run/worker/Offering.ts"
import * as Worker from "../run/worker/Worker.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Signals from "./Signals.ts"

const { Command, Flag } = CommandLine

/** Reads labels such as `gpu=h200`. Fails with WrongUsage. */
const labelsOf = (asked: ReadonlyArray<string>): Effect.Effect<Readonly<Record<string, string>>, WrongUsage> => {
  const labels = new Map<string, string>()
  for (const label of asked.flatMap((list) => list.split(","))) {
    const at = label.indexOf("=")
    const [name, value] = [label.slice(0, Math.max(at, 0)), label.slice(at + 1)]
    if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name) || !Text.isLine(value) || (labels.get(name) ?? value) !== value) {
      return Effect.fail(new WrongUsage({ message: `--labels takes names with their values, such as gpu=h200,room=b2; got "${label}"` }))
    }
    labels.set(name, value)
  }
  return Effect.succeed(Object.fromEntries(labels))
}

/** What every part of a worker tells of itself with. */
const telling = (format: Log.Options["format"]) => {
  const { colour, live } = Screen.of(Output.standardError, process.env)
  const log = Log.layer({ format, terminal: live, colour, write: Output.standardError.write })
  return MeasuredReporter.layer.pipe(
    Layer.provide(DrawingReporter.layer),
    Layer.provide(FollowingReporter.layer),
    Layer.provide(LoggedReporter.layer),
    Layer.provideMerge(Instruments.layer),
    Layer.provideMerge(Traces.layer(process.env)),
    Layer.provideMerge(log)
  )
}

export interface WorkingOff {
  readonly home: Home.Home
  readonly locations: Locations.Locations
  readonly engine: Engines.Choice
  readonly drain: Stop.Stop
}

/** Makes what waits in the queue in this process until nothing is left for it, and tells of what goes wrong alone. */
export const workOff = Effect.fn("Worker.workOff")(
  function*({ drain, engine, home, locations }: WorkingOff) {
    yield* Engines.choose(engine)
    const id = `${os.hostname()}/${process.pid}`
    yield* Worker.run({
      id,
      offer: yield* Offering.gather({}, locations),
      slots: 1,
      once: true,
      host: { home, locations },
      drain,
      onObstacle: () => undefined
    }).pipe(About.worker(id), Traces.untraced)
  },
  (effect) =>
    effect.pipe(
      Effect.provide(MeasuredStore.layer),
      Effect.provide(telling("auto")),
      Effect.provideService(References.MinimumLogLevel, "Warn")
    )
)

/** `ballast worker`: makes the runs that wait in the queue. */
export const worker = Command.make(
  "worker",
  {
    home: CommandLine.shared.home,
    data: CommandLine.shared.data,
    queue: Records.queue,
    slots: Flag.Int("slots").pipe(
      Flag.withDescription("how many runs it makes at once; each takes all cores that it gets"),
      Flag.withDefault(1)
    ),
    labels: CommandLine.repeatedText("labels", "NAME=VALUE", "what this host is, such as gpu=h200; may be repeated"),
    once: CommandLine.given("once", "end when nothing waits for it any more"),
    "metrics-port": CommandLine.port(
      "metrics-port",
      "serve /metrics, /healthz and /readyz on this port of this machine; 0 for any that is free"
    ).pipe(Flag.optional, Flag.map(Option.getOrNull)),
    "log-format": Flag.Literals("log-format", Log.formats).pipe(
      Flag.withDescription("text for people, json for programs; by default text on a terminal and json elsewhere"),
      Flag.withDefault("auto")
    )
  },
  Effect.fn(function*({ data, home: asked, once, queue, slots, ...flags }) {
    if (slots < 1) return yield* new WrongUsage({ message: `--slots takes a whole number of at least 1, got ${slots}` })
    const labels = yield* labelsOf(flags.labels)
    const home = yield* Home.open(Home.directoryOf(asked), { shared: queue !== null })
    const locations = yield* Locations.read(home.directory, data)
    const drain = Stop.make()
    let obstacle: string | null = null
    yield* Effect.scoped(Effect.gen(function*() {
      const logging = Effect.runSyncWith(yield* Effect.context<never>())
      yield* Signals.watch(drain, (signal) => {
        obstacle = "it is being drained"
        logging(Effect.logInfo(`${signal}: taking no more runs; once more ends at once`))
      })
      // The reference cases of what `auto` takes run once on a host, and what fails them is offered to nobody.
      const engine = yield* Engines.choose("auto")
      yield* Effect.logInfo(`engine ${engine.reason}`)
      const offer = yield* Offering.gather(labels, locations)
      yield* DiskSpace.watch(home.directory)
      const port = flags["metrics-port"]
      if (port !== null) {
        const address = yield* Exporter.serve({ port, obstacle: () => obstacle })
        yield* Effect.annotateLogs(Effect.logInfo(`metrics at ${address}/metrics`), { address })
      }
      yield* Effect.annotateLogs(Effect.logInfo("waiting for runs"), { slots, labels, data: offer.data })
      const id = `${os.hostname()}/${process.pid}`
      yield* Worker.run({
        id,
        offer,
        slots,
        once,
        host: { home, locations },
        drain,
        onObstacle: (found) => {
          if (drain.requested() === null) obstacle = found
        }
      }).pipe(About.worker(id), Traces.untraced)
    })).pipe(Effect.provide(MeasuredStore.layer), Effect.provide([
      Records.layer({ home, queue, tends: true }),
      telling(flags["log-format"])
    ]))
    const signal = drain.requested()
    if (signal !== null) return yield* new Ended({ code: signal === "SIGTERM" ? code.terminated : code.interrupted })
  })
).pipe(Command.withDescription("Make the runs that wait in the queue, until it is told to stop"))

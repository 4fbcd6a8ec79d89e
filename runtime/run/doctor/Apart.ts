/**
 * A check in a process of its own: whatever it meets, such as a folder on a server that does not answer, the others go on,
 * and the command comes to its end.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import * as Subprocess from "../../engine/Subprocess.ts"
import * as Check from "./Check.ts"

/** Tells the process where to look. Its arguments are for everybody to see, and a queue's address may hold a password. */
export const variable = "BALLAST_EXAMINED"

const program = fileURLToPath(new URL("./CheckMain.ts", import.meta.url))

/** Node strips no types in installed packages, so there tsx does. */
const loaderArguments = import.meta.url.includes("/node_modules/") ? ["--import", import.meta.resolve("tsx")] : []

/** Longer than any check gives the programs that it starts, so that they are ended by it. */
const usual = Duration.seconds(15)

const parse = (output: string): ReadonlyArray<Check.Diagnosis> =>
  JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as ReadonlyArray<Check.Diagnosis>

const broken = (name: string, how: string): ReadonlyArray<Check.Diagnosis> => [
  Check.failed(name, `the check itself broke: ${how}`, "run it again, and report this as a defect of Ballast")
]

const lateRemedy = "mend what it waits for: a disk or a server that does not answer, a machine with too much to do"

/** Looks, and says so where the check breaks or does not come to its end. Never fails. */
export const look = (
  { module, name }: Pick<Check.Check, "module" | "name">,
  examined: Check.Examined,
  limit: Duration.Duration = usual
): Effect.Effect<ReadonlyArray<Check.Diagnosis>> =>
  Subprocess.run(process.execPath, [...process.execArgv, ...loaderArguments, program, module], {
    environment: { [variable]: JSON.stringify(examined) }
  }).pipe(
    Effect.flatMap((output) =>
      Effect.try({ try: () => parse(output), catch: () => ({ message: "it ended without an answer", output }) })
    ),
    Effect.catch(({ message, output }) => Effect.succeed(broken(name, `${message}; ${output}`))),
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () =>
        Effect.succeed([
          Check.failed(name, `the check did not end within ${Duration.toSeconds(limit)} s, and was ended`, lateRemedy)
        ])
    })
  )

/**
 * Prints the imports that break the order of rooms; ends with code 1 where there are any.
 */
import * as Rooms from "./Rooms.ts"

const { modules, violations } = await Rooms.judge(process.cwd())
for (const { message, rule } of violations) process.stdout.write(`${rule}: ${message}\n`)
process.stdout.write(`${modules} modules, ${violations.length} violations\n`)
process.exitCode = violations.length === 0 ? 0 : 1

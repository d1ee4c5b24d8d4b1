import { createCommands } from './commands.ts';
import { runProgram } from './program.ts';

/** The `cups` program. */
process.exitCode = await runProgram(createCommands(), process.argv.slice(2));

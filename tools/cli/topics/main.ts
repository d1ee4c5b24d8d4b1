import { runProgram } from '../program.ts';
import { topicsCommand } from './command.ts';

/** Entry point of the image: `cups topics` alone. */
process.exitCode = await runProgram([topicsCommand()], ['topics', ...process.argv.slice(2)]);

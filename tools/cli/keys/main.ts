import { runProgram } from '../program.ts';
import { keysCommand } from './command.ts';

/** Entry point of the image: `cups keys` alone. */
process.exitCode = await runProgram([keysCommand()], ['keys', ...process.argv.slice(2)]);

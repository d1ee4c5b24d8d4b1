import { runProgram } from '../program.ts';
import { staffCommand } from './command.ts';

/** Entry point of the image: `cups staff` alone. */
process.exitCode = await runProgram([staffCommand()], ['staff', ...process.argv.slice(2)]);

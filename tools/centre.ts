import { runCentre } from './centre/command.ts';

/** `npm run centre -- <command>`. */

process.exitCode = await runCentre(process.argv.slice(2), {
  // Where the person stands who typed the command: npm goes to the folder of its package.json.
  here: process.env['INIT_CWD'] ?? process.cwd(),
  onOutput: (text) => console.log(text),
  onError: (sentence) => console.error(sentence),
});

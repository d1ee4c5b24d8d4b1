import { runCentre } from './centre.ts';

/** `npm run centre -- <command>`. */

process.exitCode = await runCentre(process.argv.slice(2), {
  // npm changes to the folder of package.json; INIT_CWD is where the user typed the command.
  here: process.env['INIT_CWD'] ?? process.cwd(),
  onOutput: (text) => console.log(text),
  onError: (sentence) => console.error(sentence),
});

/**
 * A parent that starts parts and prints their process IDs. Tests kill it, or run it without Java; `stay` keeps it
 * running.
 */
import { startLocal, type LocalOptions } from '../src/index.ts';

const options = JSON.parse(process.argv[2] ?? '') as LocalOptions;
try {
  const local = await startLocal(options);
  console.log(JSON.stringify(local.pids));
  if (process.argv[3] === 'stay') setInterval(() => {}, 1_000);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

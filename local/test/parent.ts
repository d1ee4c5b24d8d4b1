/** A parent that starts a part and prints its process ids: the tests kill it, or run it where Java is missing. */
import { startLocal, type LocalPart } from '../src/index.ts';

const [dataDir = '', ...parts] = process.argv.slice(2);
try {
  const local = await startLocal({ dataDir, parts: parts as LocalPart[] });
  console.log(JSON.stringify(local.pids));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

import { parseArgs } from 'node:util';
import { runAlertTests } from './run.ts';

/** `npm run alerts -- test`: tests that every alert of helm/platform/rules.yaml fires, and stays quiet in near misses. */

const HELP = `npm run alerts -- test

Runs the cases of k8s/alerts with promtool: inputs that fire each alert, and near misses. The first run compiles
promtool, in the version of k8s/scanners/promtool, into .cups/scanners: it takes minutes, Go and the network.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
});
if (values.help || positionals.join(' ') !== 'test') {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 1;
} else {
  try {
    const { passed, failed, output } = await runAlertTests({ onProgress: (line) => console.error(line) });
    if (failed > 0) console.log(output);
    console.log(`alerts: ${passed} cases passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

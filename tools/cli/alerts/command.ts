import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';

export function alertsCommand(): Command {
  return defineCommand({ name: 'alerts', summary: 'Tests the alerts of helm/platform/rules.yaml.' }).addCommand(
    defineCommand({
      name: 'test',
      summary:
        'Runs the cases of k8s/alerts with promtool: inputs that fire each alert, and near misses. The first run compiles ' +
        'promtool into .cups/scanners: it takes minutes, Go and the network.',
      example: 'alerts test',
    }).action(action(testAlerts)),
  );
}

async function testAlerts(): Promise<number> {
  const { runAlertTests } = await import('./run.ts');
  const { passed, failed, output } = await runAlertTests({ onProgress: (line) => console.error(line) });
  if (failed > 0) console.log(output);
  console.log(`alerts: ${passed} cases passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

import { Option } from 'commander';
import type { Command } from 'commander';
import { action, defineCommand, resolvePath } from './program.ts';
import { runScript, toFlags } from './run-script.ts';

/** `cups desk`: measures and photographs the desk's page in a browser, on a platform with sample data. */
export function deskCommand(): Command {
  return defineCommand({
    name: 'desk',
    summary: "Measures and photographs the desk's page in a browser, on a platform with sample data.",
  })
    .addCommand(
      defineCommand({
        name: 'perf',
        summary:
          'Measures load times on a slow network and an old PC, key latency, screens and keys per journey, and bytes. ' +
          'Writes medians of five runs to bench/desk-page.json.',
        example: 'desk perf',
      }).action(action(() => runScript('e2e/desk/perf.ts', []))),
    )
    .addCommand(
      defineCommand({
        name: 'report',
        summary:
          'Measures bytes, requests, time and keys of each journey at 64 kbit/s and 600 ms. Writes docs/reports/desk.md.',
        example: 'desk report',
      }).action(action(() => runScript('e2e/desk/report.ts', []))),
    )
    .addCommand(
      defineCommand({
        name: 'lighthouse',
        summary:
          'Runs Lighthouse on queue, application and tracking. Fails if accessibility or best practices are below 100, or ' +
          'performance below 95.',
        example: 'desk lighthouse',
      }).action(action(() => runScript('e2e/desk/lighthouse.ts', []))),
    )
    .addCommand(
      defineCommand({
        name: 'screenshots',
        summary:
          'Writes screenshots of every screen to dist/screenshots, and those of the documentation to docs/screenshots.',
        example: 'desk screenshots queue',
      })
        .argument('[names...]', 'parts of names of screens (default: all)')
        .action(action((names: string[]) => runScript('e2e/desk/screenshots.ts', names))),
    )
    .addCommand(inspectCommand());
}

interface InspectOptions {
  browser: string;
  output?: string;
}

function inspectCommand(): Command {
  return defineCommand({
    name: 'inspect',
    summary:
      'Opens the screens of an ordinary day at 1366 and 360 px in three languages, takes pictures, and fails if one has an ' +
      'overflow, an error of the page, a failed request, an untranslated text or an accessibility violation.',
    example: 'desk inspect --browser firefox',
  })
    .argument('[names...]', 'parts of names of pictures (default: all)')
    .addOption(
      new Option(
        '--browser <name>',
        'the browser; firefox is the firefox-esr of Debian, or the program in CUPS_FIREFOX',
      )
        .choices(['chromium', 'firefox'])
        .default('chromium'),
    )
    .option('--output <folder>', 'folder of the pictures (default: dist/inspection/<browser>)', resolvePath)
    .action(
      action((names: string[], options: InspectOptions) =>
        runScript('e2e/desk/inspect.ts', [...toFlags(options), ...names]),
      ),
    );
}

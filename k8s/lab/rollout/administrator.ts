import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { clusterTool } from '../../../tools/cli/charts/helm.ts';
import { run } from '../cluster/command.ts';
import { operationsCommands } from '../../../tools/check/guide-commands.ts';

/**
 * An administrator with an own checkout: charts and data of the repository before the wave of 2023, and the folder `mine`. The
 * commands are those of docs/how-to.
 */

const root = join(import.meta.dirname, '../../..');
/** A wave of the repository that the administrator of this test imports. */
const IMPORTED_WAVE = '2023';

interface CentreFile {
  code: string;
  name: string;
  kind: string;
  wave: string;
}

export class Administrator {
  readonly folder: string;
  /** Exported variables besides KUBECONFIG: Kafka's address and sign-in. */
  exported: Record<string, string> = {};
  readonly #kubeconfig: string;
  readonly #signal: AbortSignal;
  readonly #running: ChildProcess[] = [];
  readonly #onCommand: (command: string) => void;

  constructor(folder: string, kubeconfig: string, signal: AbortSignal, onCommand: (command: string) => void) {
    this.folder = folder;
    this.#kubeconfig = kubeconfig;
    this.#signal = signal;
    this.#onCommand = onCommand;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'mine'), { recursive: true });
    // Charts link to each other and to the data: the links must lead to the copy.
    for (const part of ['helm', 'k8s', 'data']) {
      cpSync(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
    }
    this.#programs();
  }

  /** Writes a file of `mine`. */
  write(name: string, content: string | object): void {
    const text = typeof content === 'string' ? content : stringify(content);
    const file = join(this.folder, 'mine', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  }

  /** Runs the commands under a heading of docs/how-to that match `fits`, in order. */
  async follow(heading: string, fits: RegExp = /./): Promise<void> {
    const commands = operationsCommands(heading).filter((command) => fits.test(command));
    if (commands.length === 0) throw new Error(`No command of "${heading}" fits ${fits.source}.`);
    for (const command of commands) await this.sh(command);
  }

  /**
   * Runs a command line in the checkout; one that ends in ` &` runs until `stop`.
   * @throws CommandFailedError with its output
   */
  async sh(command: string): Promise<string> {
    this.#onCommand(command);
    const own = { KUBECONFIG: this.#kubeconfig, PATH: this.#path(), INIT_CWD: this.folder };
    const env = { ...process.env, REGISTRY_DIR: join(this.folder, 'data'), ...this.exported, ...own };
    const options = { cwd: this.folder, env };
    if (command.endsWith(' &')) {
      const child = spawn('bash', ['-c', `exec ${command.slice(0, -2)}`], { ...options, stdio: 'ignore' });
      this.#running.push(child);
      return '';
    }
    return run('bash', ['-c', `set -o pipefail; ${this.#ours(command)}`], { ...options, signal: this.#signal });
  }

  /**
   * Removes the wave of 2023 from the checkout.
   * @param parts waves to split it into, of equal size
   * @returns its table, for `npm run cups -- centre import`
   */
  withoutWave(parts: readonly string[]): string {
    const folder = join(this.folder, 'data', 'centres');
    const files = readdirSync(folder).map((file) => join(folder, file));
    const taken = files
      .map((file) => ({ file, centre: parse(readFileSync(file, 'utf8')) as CentreFile }))
      .filter(({ centre }) => centre.wave === IMPORTED_WAVE);
    const rows = taken.map(({ file, centre: { name, kind } }, index) => {
      rmSync(file);
      return [name, kind, parts[Math.floor((index * parts.length) / taken.length)]].join(';');
    });
    return `${['name;kind;wave', ...rows].join('\n')}\n`;
  }

  stop(): void {
    for (const child of this.#running.splice(0)) child.kill('SIGTERM');
  }

  /** Puts kubectl, helm and the repository's Node on the PATH. */
  #path(): string {
    return [join(this.folder, 'bin'), join(root, 'node_modules', '.bin'), process.env['PATH']].join(':');
  }

  #programs(): void {
    for (const tool of ['kubectl', 'helm'] as const) {
      const link = join(this.folder, 'bin', tool);
      mkdirSync(dirname(link), { recursive: true });
      if (!existsSync(link)) symlinkSync(clusterTool(tool), link);
    }
  }

  /** Runs a tool of the repository on the data and output folders of the checkout. */
  #ours(command: string): string {
    const [, tool, rest = ''] = /^npm run cups -- (\S+)(?: (.*))?$/.exec(command) ?? [];
    if (tool === undefined) return command;
    const more: Record<string, string> = {
      centre: `--data ${join(this.folder, 'data')}`,
      images: `--out ${join(this.folder, 'dist/images')}`,
    };
    const program = `node --disable-warning=ExperimentalWarning ${join(root, 'tools/cli/cups.ts')} ${tool}`;
    return `${program} ${rest} ${more[tool] ?? ''}`;
  }
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { clusterTool } from '../charts/helm.ts';
import { run } from '../cluster/command.ts';
import { operationsCommands } from '../operations/commands.ts';

/**
 * An operator with a checkout of her own: charts and data of the repository as they were before the wave of 2023 came, and
 * the folder `mine`. What she does are the commands of docs/how-to, as they are written there.
 */

const root = join(import.meta.dirname, '..', '..');
/** The wave that the repository already has, and the operator of this test imports. */
const IMPORTED_WAVE = '2023';

interface CentreFile {
  code: string;
  name: string;
  kind: string;
  wave: string;
}

export class Administrator {
  readonly folder: string;
  /** What she has exported beside KUBECONFIG: where Kafka is, and how she gets in. */
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
    // Charts are linked into each other, and to the data: the links must lead to our copy.
    for (const part of ['helm', 'k8s', 'data']) {
      cpSync(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
    }
    this.#programs();
  }

  /** A file of `mine`. */
  write(name: string, content: string | object): void {
    const text = typeof content === 'string' ? content : stringify(content);
    const file = join(this.folder, 'mine', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  }

  /** The commands under a heading of docs/how-to that match `fits`, one after the other. */
  async follow(heading: string, fits: RegExp = /./): Promise<void> {
    const commands = operationsCommands(heading).filter((command) => fits.test(command));
    if (commands.length === 0) throw new Error(`No command of "${heading}" fits ${fits.source}.`);
    for (const command of commands) await this.sh(command);
  }

  /**
   * Runs a command line as it would be typed in the checkout; one that ends in ` &` goes on until `stop`.
   * @throws CommandFailed with its words
   */
  async sh(command: string): Promise<string> {
    this.#onCommand(command);
    const own = { KUBECONFIG: this.#kubeconfig, PATH: this.#path(), INIT_CWD: this.folder };
    const env = { ...process.env, CUPS_DATA: join(this.folder, 'data'), ...this.exported, ...own };
    const options = { cwd: this.folder, env };
    if (command.endsWith(' &')) {
      const child = spawn('bash', ['-c', `exec ${command.slice(0, -2)}`], { ...options, stdio: 'ignore' });
      this.#running.push(child);
      return '';
    }
    return run('bash', ['-c', `set -o pipefail; ${this.#ours(command)}`], { ...options, signal: this.#signal });
  }

  /**
   * Takes the wave of 2023 out of this checkout.
   * @param parts the waves that it is to come in, as many centres in each
   * @returns its table, for `npm run centre -- import`
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

  /** kubectl and helm under their names, and the Node of the repository. */
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

  /** A tool of this repository, on the data of the operator's checkout; what it makes lies there as well. */
  #ours(command: string): string {
    const [, tool, rest = ''] = /^npm run (\S+)(?: -- (.*))?$/.exec(command) ?? [];
    if (tool === undefined) return command;
    const more: Record<string, string> = {
      centre: `--data ${join(this.folder, 'data')}`,
      images: `--out ${join(this.folder, 'dist/images')}`,
    };
    const program = `node --disable-warning=ExperimentalWarning ${join(root, 'tools', `${tool}.ts`)}`;
    return `${program} ${rest} ${more[tool] ?? ''}`;
  }
}

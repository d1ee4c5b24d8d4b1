import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob, relative } from 'node:path';

/** What `docker build` would add to its base: a reading of the few instructions that our Dockerfile has. */
export interface Dockerfile {
  base: string;
  user: string;
  workdir: string;
  env: string[];
  entrypoint: string[];
  labels: Record<string, string>;
  /** Mode and path, as `tar -t` would name them. */
  files: string[];
}

/** @throws Error on an instruction that it does not know, so that none is passed over in silence */
export function readDockerfile(file: string, context: string, given: Record<string, string>): Dockerfile {
  const found: Dockerfile = { base: '', user: '', workdir: '', env: [], entrypoint: [], labels: {}, files: [] };
  const known: Record<string, string> = {};
  const filled = (text: string) => text.replace(/\$\{(\w+)\}/g, (_, name: string) => known[name] ?? '');
  const text = readFileSync(file, 'utf8')
    .replace(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ');
  for (const line of text.split('\n').filter(Boolean)) {
    const [, word, rest = ''] = /^(\w+) +(.*)$/.exec(line)!;
    switch (word) {
      case 'ARG': {
        const [name = '', fallback] = rest.split('=');
        const value = given[name] ?? fallback;
        if (value !== undefined) known[name] = value;
        break;
      }
      case 'FROM':
        found.base = filled(rest);
        break;
      case 'LABEL':
        for (const [, key = '', value = ''] of rest.matchAll(/(\S+?)="([^"]*)"/g)) found.labels[key] = filled(value);
        break;
      case 'COPY': {
        const [owner, from = '', to = ''] = filled(rest).split(' ');
        if (owner !== '--chown=0:0') throw new Error(`COPY by ${owner}`);
        found.files.push(...listCopied(context, from, to));
        break;
      }
      case 'WORKDIR':
        found.workdir = filled(rest);
        break;
      case 'ENV':
        found.env.push(filled(rest.replaceAll('"', '')));
        break;
      case 'USER':
        found.user = filled(rest);
        break;
      case 'ENTRYPOINT':
        found.entrypoint = JSON.parse(rest) as string[];
        break;
      default:
        throw new Error(`An instruction that this reading does not know: ${word}`);
    }
  }
  return found;
}

/** The folder itself and all below it, without what .dockerignore keeps out. */
function listCopied(context: string, from: string, to: string): string[] {
  const ignored = readIgnored(context);
  const source = join(context, from);
  const below = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((path) => join(source, path));
  return [source, ...below]
    .filter((path) => !ignored(relative(context, path)))
    .map((path) => {
      const stat = statSync(path);
      const target = join(to, relative(source, path)).replace(/^\/|\/$/g, '');
      return `${(stat.mode & 0o7777).toString(8)} ${target}${stat.isDirectory() ? '/' : ''}`;
    })
    .sort();
}

/** The last rule that a path, or a folder above it, meets counts. */
function readIgnored(context: string): (path: string) => boolean {
  const file = join(context, '.dockerignore');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const rules = lines
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), glob: line.replace(/^!/, '') }));
  return (path) => {
    const all = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    return rules.reduce((now, { keeps, glob }) => (all.some((one) => matchesGlob(one, glob)) ? !keeps : now), false);
  };
}

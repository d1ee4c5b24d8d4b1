import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { formatTable } from '../cli/format-table.ts';
import type { Cell } from '../cli/format-table.ts';

/**
 * Measures the size of each module: the own files that its entry reaches over imports of values, and their lines. Modules have no
 * line budget. A module that has grown to more than GROWTH times its recorded size fails, so that a review asks whether to split
 * it. For the two flows of ARCHITECTURE.md it sums all modules on the path, libraries included.
 *
 * `--record` writes the sizes of new modules to module-size.json for review.
 */

const root = join(import.meta.dirname, '../..');
const recordFile = join(import.meta.dirname, 'module-size.json');
const GROWTH = 2;

/** Services on the path of a submission and of a decision, in order. */
const FLOWS = {
  'a submission': ['gateway', 'intake', 'agency-bridge'],
  'a decision': ['agency-bridge', 'intake', 'notifications'],
};

interface ModuleSize {
  files: number;
  lines: number;
}

/** Collects the files below a folder that an entry reaches, also over workspace packages. */
function collectFiles(entry: string, below: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file) || !file.startsWith(below) || !file.endsWith('.ts') || !existsSync(file)) return;
    seen.add(file);
    for (const from of findImports(file)) {
      const found = from.startsWith('.') ? resolve(dirname(file), from) : resolveEntry(from);
      if (found) visit(found);
    }
  };
  visit(entry);
  return [...seen];
}

/** Returns the imports of a file, without type imports. */
function findImports(file: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2024, true);
  const visitNode = (node: ts.Node): void => {
    const from =
      (ts.isImportDeclaration(node) && !isTypeOnly(node)) || (ts.isExportDeclaration(node) && !node.isTypeOnly)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    if (from && ts.isStringLiteral(from)) found.push(from.text);
    ts.forEachChild(node, visitNode);
  };
  visitNode(source);
  return found;
}

/** Resolves `@cups/store` or `@cups/contracts/node` by the library's exports. */
function resolveEntry(specifier: string): string | undefined {
  const [, name, part] = /^@cups\/([a-z-]+)(\/.+)?$/.exec(specifier) ?? [];
  if (!name || !existsSync(join(root, 'libs', name))) return undefined;
  const { exports } = JSON.parse(readFileSync(join(root, 'libs', name, 'package.json'), 'utf8')) as {
    exports: string | Record<string, string>;
  };
  const file = typeof exports === 'string' ? exports : exports[`.${part ?? ''}`];
  return file && join(root, 'libs', name, file);
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((element) => element.isTypeOnly);
}

const lines = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;

function measureModule(kind: 'libs' | 'apps', name: string): ModuleSize | undefined {
  const room = join(root, kind, name, 'src');
  const entries = kind === 'apps' ? ['service.ts'] : readdirSync(room).filter((file) => file.endsWith('.ts'));
  const files = [...new Set(entries.flatMap((entry) => collectFiles(join(room, entry), room)))];
  if (files.length === 0) return undefined;
  return sum(files);
}

const sum = (files: string[]): ModuleSize => ({
  files: files.length,
  lines: files.reduce((total, file) => total + lines(file), 0),
});

const costs: Record<string, ModuleSize> = {};
for (const kind of ['libs', 'apps'] as const) {
  for (const name of readdirSync(join(root, kind))) {
    const cost = measureModule(kind, name);
    if (cost) costs[`${kind}/${name}`] = cost;
  }
}

if (process.argv.includes('--record')) {
  writeFileSync(recordFile, `${JSON.stringify(costs, undefined, 2)}\n`);
  console.log(`recorded ${Object.keys(costs).length} rooms`);
  process.exit(0);
}

const recorded = JSON.parse(readFileSync(recordFile, 'utf8')) as Record<string, ModuleSize>;
const rows: Cell[][] = [];
const faults: string[] = [];
for (const [room, cost] of Object.entries(costs)) {
  const before = recorded[room];
  rows.push([room, cost.files, cost.lines, before ? `${before.files} files, ${before.lines} lines` : 'not recorded']);
  const fault = !before
    ? 'has no recorded figure: node tools/check/module-size.ts --record'
    : cost.lines > GROWTH * before.lines
      ? `costs more than ${GROWTH} times its recorded figure to read: is it still one room?`
      : undefined;
  if (fault) faults.push(`${room} ${fault}`);
}
for (const [walk, services] of Object.entries(FLOWS)) {
  const entries = services.map((service) => join(root, 'apps', service, 'src', 'service.ts'));
  const cost = sum([...new Set(entries.flatMap((entry) => collectFiles(entry, root)))]);
  rows.push([walk, cost.files, cost.lines, `over ${services.join(', ')} and the libraries`]);
}
console.log(formatTable(['MODULE', 'FILES', 'LINES', 'RECORDED'], rows));
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);

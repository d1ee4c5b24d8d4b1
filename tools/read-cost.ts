import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * What it costs to read a room: the own files that its entry reaches over imports that are not types only, and their
 * lines. The budgets are those of the design; a room that outgrows its budget is two rooms or holds something twice.
 */

const root = join(import.meta.dirname, '..');
const APP = { files: 10, lines: 1000 };
const LIB = { files: Infinity, lines: 900 };
/** Rooms with a budget of their own; docs/decisions/0007 says why. */
const OWN: Record<string, { files: number; lines: number }> = {
  'apps/intake': { files: 14, lines: 2250 },
  'libs/service': { files: Infinity, lines: 1750 },
  'libs/store': { files: Infinity, lines: 1250 },
};
const FILE_BUDGETS: Record<string, number> = {
  'main.ts': 15,
  'config.ts': 60,
  'service.ts': 80,
  'store.ts': 300,
  'rpc.ts': 300,
};

/** The own files reached from an entry. */
function reach(entry: string, room: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file) || !file.startsWith(room) || !existsSync(file)) return;
    seen.add(file);
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2024, true);
    const follow = (node: ts.Node): void => {
      const from =
        (ts.isImportDeclaration(node) && !isTypeOnly(node)) || (ts.isExportDeclaration(node) && !node.isTypeOnly)
          ? node.moduleSpecifier
          : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
            ? node.arguments[0]
            : undefined;
      if (from && ts.isStringLiteral(from) && from.text.startsWith('.')) visit(resolve(dirname(file), from.text));
      ts.forEachChild(node, follow);
    };
    follow(source);
  };
  visit(entry);
  return [...seen];
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((element) => element.isTypeOnly);
}

const lines = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;

let over = 0;
function check(what: string, value: number, budget: number): string {
  if (value > budget) {
    over += 1;
    console.error(`OVER BUDGET: ${what} is ${value}, at most ${budget}`);
  }
  return budget === Infinity ? String(value) : `${value} of ${budget}`;
}

for (const kind of ['libs', 'apps'] as const) {
  for (const name of readdirSync(join(root, kind))) {
    const room = join(root, kind, name, 'src');
    const entries = kind === 'apps' ? ['service.ts'] : readdirSync(room).filter((file) => file.endsWith('.ts'));
    const files = [...new Set(entries.flatMap((entry) => reach(join(room, entry), room)))].filter((file) =>
      file.endsWith('.ts'),
    );
    if (files.length === 0) continue;
    const budget = OWN[`${kind}/${name}`] ?? (kind === 'libs' ? LIB : APP);
    const total = files.reduce((sum, file) => sum + lines(file), 0);
    const room_ = relative(root, room);
    console.log(
      `${room_.padEnd(28)} ${check(`files of ${room_}`, files.length, budget.files)} files, ` +
        `${check(`lines of ${room_}`, total, budget.lines)} lines`,
    );
    if (kind !== 'apps') continue;
    for (const [file, most] of Object.entries(FILE_BUDGETS)) {
      if (existsSync(join(room, file))) check(`lines of ${room_}/${file}`, lines(join(room, file)), most);
    }
  }
}
process.exit(over > 0 ? 1 : 0);

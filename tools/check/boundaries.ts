import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

/** Checks the module boundaries: lint must reject each fixture by the rule that the fixture names. */

const root = join(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'lint-fixtures');

// Without a project graph the boundary rule only warns.
await createProjectGraphAsync();
const eslint = new ESLint({
  cwd: root,
  // Fixtures are in no TypeScript project, so typed rules cannot run. Module boundaries need no types.
  overrideConfig: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      languageOptions: { parserOptions: { projectService: false } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/await-thenable': 'off',
        '@typescript-eslint/switch-exhaustiveness-check': 'off',
      },
    },
  ],
});

let failed = 0;
const files = readdirSync(folder).filter((file) => /\.tsx?$/.test(file));
for (const file of files) {
  const code = readFileSync(join(folder, file), 'utf8');
  const at = /^\/\/ at: (.+)$/m.exec(code)?.[1];
  const rule = /^\/\/ refused by: (.+)$/m.exec(code)?.[1];
  if (!at || !rule)
    throw new Error(
      `tools/check/lint-fixtures/${file}: the first lines say where it would stand and which rule refuses it`,
    );
  const [result] = await eslint.lintText(code, { filePath: join(root, at), warnIgnored: true });
  const rules = (result?.messages ?? []).filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId);
  if (rules.includes(rule)) {
    console.log(`refused: ${file} by ${rule}`);
  } else {
    failed += 1;
    console.error(
      `NOT REFUSED: tools/check/lint-fixtures/${file} at ${at} by ${rule}; found ${rules.join(', ') || 'nothing'}`,
    );
  }
}
console.log(`${files.length - failed} of ${files.length} violations are refused`);
process.exit(failed > 0 || files.length === 0 ? 1 : 0);

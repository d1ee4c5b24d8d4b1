import type { Rolldown } from 'vite';

/**
 * Groups the desk's own scripts of its first screen into two files: a response costs about 700 bytes of headers, more than
 * most of the modules that several screens share.
 */

const DESK = 'src/main.tsx';
const OTHER_PAGES = ['src/tracking/main.tsx', 'src/viewer-frame/main.ts'];

/** Entry modules of these name many modules that only later screens use: icons, forms, checks. */
const isGrouped = (id: string): boolean => !/\/(?:lucide-react|libs)\//.test(id);

type GetModuleInfo = (id: string) => Rolldown.ModuleInfo | null;
/** `print`: what the desk shares with later screens of other pages. They do not load the desk for it. */
type GroupName = 'desk' | 'print';

/** Returns the groups. What the first screens of several pages share stays in the bundler's own files. */
export function groupFirstScreen(root: string): Rolldown.CodeSplittingGroup[] {
  let names: ReadonlyMap<string, GroupName> | undefined;
  const groupOf = (name: GroupName): Rolldown.CodeSplittingGroup => ({
    name: (id, context) => {
      names ??= nameModules(root, (module) => context.getModuleInfo(module));
      return names.get(id) === name ? name : null;
    },
    debugName: name,
    includeDependenciesRecursively: false,
  });
  return [groupOf('desk'), groupOf('print')];
}

function nameModules(root: string, getModuleInfo: GetModuleInfo): ReadonlyMap<string, GroupName> {
  const find = (entries: readonly string[], importsOf: ImportsOf) =>
    findReached(
      entries.map((entry) => `${root}/${entry}`),
      importsOf,
      getModuleInfo,
    );
  const desk = find([DESK], ({ importedIds }) => importedIds);
  const first = find(OTHER_PAGES, ({ importedIds }) => importedIds);
  const later = find(OTHER_PAGES, (info) => [...info.importedIds, ...info.dynamicallyImportedIds]);
  // A group that imported an ungrouped module could need the entry, which needs the group.
  const isClosed = (id: string) =>
    [...findReached([id], ({ importedIds }) => importedIds, getModuleInfo)].every(isGrouped);
  const own = [...desk].filter((id) => !first.has(id) && isClosed(id));
  return new Map(own.map((id) => [id, later.has(id) ? 'print' : 'desk']));
}

type ImportsOf = (info: Rolldown.ModuleInfo) => readonly string[];

function findReached(
  entries: readonly string[],
  importsOf: ImportsOf,
  getModuleInfo: GetModuleInfo,
): ReadonlySet<string> {
  const reached = new Set(entries);
  // A set also visits what is added meanwhile.
  for (const id of reached) {
    const info = getModuleInfo(id);
    for (const imported of info ? importsOf(info) : []) reached.add(imported);
  }
  return reached;
}

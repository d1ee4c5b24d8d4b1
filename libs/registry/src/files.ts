/** One file of a registry. */
export interface RegistryFile {
  /** Path within the folder. */
  path: string;
  text: string;
}

/** An error of one file, for its author. */
export interface RegistryProblem {
  file: string;
  message: string;
}

/** Parses all files into entries and reports the invalid ones. Must be pure. */
export type RegistryParser<Entry> = (files: RegistryFile[]) => {
  entries: Map<string, Entry>;
  problems: RegistryProblem[];
};

/** One file of a registry. */
export interface RegistryFile {
  /** Its name within the folder. */
  path: string;
  text: string;
}

/** What is wrong with one file, for its author. */
export interface RegistryProblem {
  file: string;
  message: string;
}

/** Makes entries of the whole set of files, and names the files that are wrong; it is pure. */
export type RegistryParser<Entry> = (files: RegistryFile[]) => {
  entries: Map<string, Entry>;
  problems: RegistryProblem[];
};

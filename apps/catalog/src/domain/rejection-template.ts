import type { LocalizedText } from './public-service.ts';

/** Texts from which clerks of agencies start a rejection, see schemas/rejection-template.schema.json. */

export interface RejectionTemplate {
  /** Kebab case; the file has the same name. */
  code: string;
  /** `reason`: why an application is rejected. `appeal`: how to appeal. */
  part: 'reason' | 'appeal';
  /** Codes of the agencies that it is for. Without agencies and themes, it is for all. */
  agencies?: string[];
  /** Themes of public services: it is for the agencies that provide one of them. */
  themes?: string[];
  title: LocalizedText;
  /** A placeholder is written as its code in braces. */
  text: LocalizedText;
  placeholders?: { code: string; title: LocalizedText }[];
  /** Who wrote the text, and who confirmed it. */
  sourceNote: string;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Returns the errors that the JSON schema cannot express: placeholders that are missing, unknown or repeated. */
export function validateTemplate({ text, placeholders = [] }: RejectionTemplate): string[] {
  const codes = placeholders.map(({ code }) => code);
  const repeated = codes.filter((code, at) => codes.indexOf(code) !== at);
  const errors = repeated.map((code) => `placeholder ${code} is duplicated`);
  for (const [language, content] of Object.entries(text as unknown as Record<string, string>)) {
    const used = [...content.matchAll(PLACEHOLDER)].map(([, code = '']) => code);
    const missing = codes.filter((code) => !used.includes(code));
    const unknown = used.filter((code) => !codes.includes(code));
    errors.push(...missing.map((code) => `the text in ${language} lacks the placeholder ${code}`));
    errors.push(...unknown.map((code) => `the text in ${language} has the unknown placeholder {${code}}`));
    if (/[{}[\]]/.test(content.replaceAll(PLACEHOLDER, ''))) errors.push(`the text in ${language} has a stray bracket`);
  }
  return errors;
}

/** An agency, and the themes of the public services that it provides. */
export interface TemplateReader {
  agency: string;
  themes: ReadonlySet<string>;
}

/** Returns whether a template is for an agency. */
export function isFor(
  { agencies, themes }: Pick<RejectionTemplate, 'agencies' | 'themes'>,
  reader: TemplateReader,
): boolean {
  if (agencies === undefined && themes === undefined) return true;
  return agencies?.includes(reader.agency) === true || themes?.some((theme) => reader.themes.has(theme)) === true;
}

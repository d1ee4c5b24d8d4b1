/** Scanner output in one form. */

export interface ScanResult {
  /** Number of passed checks; undefined if the scanner does not count them. */
  passed?: number;
  /** Number of checks that an annotation skips, with its reason. */
  skipped: number;
  /** Critical findings and failed checks, one line each: check, object, message. */
  failed: string[];
  /** Warnings of a scanner. */
  warnings: string[];
}

interface CheckovCheck {
  check_id: string;
  check_name: string;
  resource: string;
}

interface CheckovReport {
  summary?: { passed: number; skipped: number };
  /** Present instead of the summary when there was nothing to check. */
  passed?: number;
  skipped?: number;
  results?: { failed_checks: CheckovCheck[] };
}

/** Parses `checkov --output json`; a list when several frameworks apply. Pure. */
export function readCheckov(output: string): ScanResult {
  const parsed = JSON.parse(output) as CheckovReport | CheckovReport[];
  const result = { passed: 0, skipped: 0, failed: [] as string[], warnings: [] };
  for (const report of Array.isArray(parsed) ? parsed : [parsed]) {
    const { passed = 0, skipped = 0 } = report.summary ?? report;
    result.passed += passed;
    result.skipped += skipped;
    const found = report.results?.failed_checks ?? [];
    result.failed.push(...found.map((one) => `${one.check_id} ${one.resource}: ${one.check_name}`));
  }
  return result;
}

interface KubeScoreObject {
  object_name: string;
  checks: {
    check: { id: string };
    grade: number;
    skipped: boolean;
    comments: { summary: string }[] | null;
  }[];
}

/** Grades: 1 is critical, 5 a warning, 7 and 10 are passes. */
const CRITICAL_GRADE = 1;
const WARNING_GRADE = 5;

/** Parses `kube-score score --output-format json`. Pure. */
export function readKubeScore(output: string): ScanResult {
  const result = { passed: 0, skipped: 0, failed: [] as string[], warnings: [] as string[] };
  for (const { object_name: object, checks } of (JSON.parse(output) as KubeScoreObject[] | null) ?? []) {
    for (const { check, grade, skipped, comments } of checks) {
      const line = `${check.id} ${object}: ${comments?.map(({ summary }) => summary).join('; ') ?? ''}`;
      if (skipped) result.skipped += 1;
      else if (grade <= CRITICAL_GRADE) result.failed.push(line);
      else if (grade <= WARNING_GRADE) result.warnings.push(line);
      else result.passed += 1;
    }
  }
  return result;
}

interface KubeLinterReport {
  Check: string;
  Diagnostic: { Message: string };
  Object: { K8sObject: { Name: string; GroupVersionKind: { Kind: string } } };
}

/** Parses `kube-linter lint --format json`. It counts neither passed nor skipped checks. Pure. */
export function readKubeLinter(output: string): ScanResult {
  const { Reports } = JSON.parse(output) as { Reports: KubeLinterReport[] | null };
  const failed = (Reports ?? []).map(({ Check, Diagnostic, Object: { K8sObject: object } }) => {
    return `${Check} ${object.GroupVersionKind.Kind}/${object.Name}: ${Diagnostic.Message}`;
  });
  return { skipped: 0, failed, warnings: [] };
}

/** Formats the counts of a result. */
export function formatCounts({ passed, skipped, failed, warnings }: ScanResult): string {
  const parts = [`${failed.length} failed`];
  if (warnings.length > 0) parts.push(`${warnings.length} warned`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (passed !== undefined) parts.push(`${passed} passed`);
  return parts.join(', ');
}

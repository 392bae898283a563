import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import { rulePage } from '../ids.ts';
import { CATALOGUE } from '../rules/catalogue.ts';
import type { Severity } from '../rules/finding.ts';
import type { FileRecords, FindingJson, OtherRecord, ScanRecord } from './scan-record.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = { error: 'error', warning: 'warning', information: 'note' };

/** Scan records with findings as SARIF 2.1.0. Columns count UTF-16 units from 1. Suppressed findings are among the results, and say so. */
export function sarifLog({ calls, others }: FileRecords, version: string): Log {
  const rules = [...CATALOGUE.values()];
  const indexes = new Map<string, number>(rules.map((rule, index) => [rule.id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'DMA Aperture', semanticVersion: version,
          rules: rules.map((rule): ReportingDescriptor => {
            // A page of this package has no address of its own: SARIF's helpUri would need one.
            const page = rulePage(rule.id);
            return {
              id: rule.id, shortDescription: { text: rule.summary },
              help: { text: `${rule.help} See ${page}.`, markdown: `${rule.help} See [${rule.id}](${page}).` },
              defaultConfiguration: { level: LEVELS[rule.defaultSeverity] }, properties: { page },
            };
          }),
        },
      },
      columnKind: 'utf16CodeUnits',
      results: [...calls, ...others].flatMap((record) => record.findings.map((finding) => resultOf(record, finding, indexes.get(finding.ruleId) ?? -1))),
    }],
  };
}

function resultOf(record: ScanRecord | OtherRecord, finding: FindingJson, ruleIndex: number): Result {
  const artifactLocation = { uri: fileUri(record.file) };
  const { suppressed, related, fixes } = finding;
  const location = (region: Region): Location => ({ physicalLocation: { artifactLocation, region: regionOf(region) } });
  return {
    ruleId: finding.ruleId, ruleIndex, level: LEVELS[finding.severity], message: { text: finding.message },
    locations: [{ ...location(finding), ...(record.function === '' ? {} : { logicalLocations: [{ name: record.function, kind: 'function' }] }) }],
    ...(related ? { relatedLocations: related.map((region, id) => ({ id, ...location(region) })) } : {}),
    ...(fixes ? {
      fixes: fixes.map((fix) => ({
        description: { text: fix.title },
        artifactChanges: [{ artifactLocation, replacements: [{ deletedRegion: regionOf(fix), insertedContent: { text: fix.text } }] }],
      })),
    } : {}),
    ...(suppressed ? { suppressions: [{ kind: suppressed.kind === 'comment' ? 'inSource' as const : 'external' as const, status: 'accepted' as const, ...(suppressed.reason === '' ? {} : { justification: suppressed.reason }) }] } : {}),
    partialFingerprints: { 'dmaAperture/v1': finding.fingerprint },
  };
}

interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

function regionOf({ line, column, endLine, endColumn }: Region): { startLine: number; startColumn: number; endLine: number; endColumn: number } {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function fileUri(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

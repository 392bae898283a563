import type { Log, ReportingDescriptor, Result } from 'sarif';
import { CATALOGUE } from '../rules/catalogue.ts';
import type { Severity } from '../rules/finding.ts';
import type { ScanRecord } from './scan-record.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = { error: 'error', warning: 'warning', information: 'note' };

/** Scan records with findings as SARIF 2.1.0. Columns count UTF-16 units from 1. */
export function sarifLog(records: readonly ScanRecord[], version: string): Log {
  const rules = [...CATALOGUE.values()];
  const indexes = new Map<string, number>(rules.map((rule, index) => [rule.id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'DMA Aperture', semanticVersion: version,
          rules: rules.map((rule): ReportingDescriptor => ({
            id: rule.id, shortDescription: { text: rule.summary }, help: { text: rule.help },
            defaultConfiguration: { level: LEVELS[rule.defaultSeverity] },
          })),
        },
      },
      columnKind: 'utf16CodeUnits',
      results: records.flatMap((record) => record.findings.map((finding): Result => ({
        ruleId: finding.ruleId, ruleIndex: indexes.get(finding.ruleId) ?? -1, level: LEVELS[finding.severity], message: { text: finding.message },
        locations: [{
          physicalLocation: {
            artifactLocation: { uri: fileUri(record.file) },
            region: { startLine: finding.line, startColumn: finding.column, endLine: finding.endLine, endColumn: finding.endColumn },
          },
          ...(record.function === '' ? {} : { logicalLocations: [{ name: record.function, kind: 'function' }] }),
        }],
        // Lines move; file, function, call and its text as written stay with the finding.
        partialFingerprints: { 'dmaAperture/v1': fingerprint([finding.ruleId, record.file, record.function, record.api, record.sizeText.replace(/\s+/g, ' ')].join('\n')) },
      }))),
    }],
  };
}

function fileUri(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

/** FNV-1a over UTF-16 units, twice with different offsets: 64 bits in hexadecimal, the same on every machine. */
function fingerprint(text: string): string {
  return [0x811c9dc5, 0x050c5d1f].map((offset) => {
    let hash = offset;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, '0');
  }).join('');
}

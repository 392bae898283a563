import { parseAddress } from '../../../core/units/addresses.ts';
import type { E820Entry } from '../../../core/platform/platform-facts.ts';
import type { E820Map, LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const LINUX_HEADING = /^(?:e820: )?BIOS-provided physical RAM map:/;
const XEN_HEADING = /^(?:Physical|Xen-e820|Xen-e801|Xen-e88|EFI|Multiboot-e820|Multiboot-e801|PVH-e820|[\w-]{1,20}) RAM map:/;
const LINUX_ROW = /^(BIOS-e820|Xen): \[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\] {1,3}(.{0,40})/;
const LINUX_OLD_ROW = /^(BIOS-e820|Xen): ([0-9a-f]{8,16}) - ([0-9a-f]{8,16}) (.{0,40})/;
const XEN_ROW = /^\[([0-9a-f]{16}), ([0-9a-f]{16})\] (.{0,40})/;
const XEN_OLD_ROW = /^([0-9a-f]{16}) - ([0-9a-f]{16}) (.{0,40})/;

const TYPES: readonly (readonly [string, E820Entry['type']])[] = [
  ['usable', 'usable'],
  ['system ram', 'usable'],
  ['reserved', 'reserved'],
  ['device reserved', 'reserved'],
  ['acpi data', 'acpi-data'],
  ['acpi nvs', 'acpi-nvs'],
  ['unusable', 'unusable'],
];

/** The memory map, as Linux prints it (firmware's, or what Xen gave a PV kernel) and as Xen prints the machine's own. */
export const e820Recognisers: readonly Recogniser[] = [
  {
    id: 'e820-heading',
    family: 'e820',
    formats: ['BIOS-provided physical RAM map:'],
    era: 'every x86 kernel',
    says: 'The memory map that Linux was given follows.',
    keys: ['BIOS-provided physical RAM map'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (LINUX_HEADING.test(text) ? { kind: 'e820-heading', map: 'firmware' } : undefined),
  },
  {
    id: 'e820-row',
    family: 'e820',
    formats: ['%s: [mem %#018Lx-%#018Lx] usable', ' %s: %016Lx - %016Lx (usable)'],
    era: '3.6 and later: end inclusive; before: end exclusive',
    says: 'One range of the map; under Xen PV pseudo-physical.',
    keys: ['BIOS-e820: ', 'Xen: [mem 0x', 'Xen: 0000'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const inclusive = LINUX_ROW.exec(text);
      const match = inclusive ?? LINUX_OLD_ROW.exec(text);
      if (!match) return undefined;
      const [, name, from, to, type] = match;
      const entry = row(from, to, type, inclusive !== null);
      return entry && { kind: 'e820-row', map: name === 'Xen' ? 'xen-pv' : 'firmware', entry };
    },
  },
  {
    id: 'xen-e820-heading',
    family: 'e820',
    formats: ['Physical RAM map:', '%s RAM map:'],
    era: 'Xen to 3.4; the second format from 4.0',
    says: "Xen's map of the machine follows.",
    keys: ['RAM map:'],
    speaker: 'xen',
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => (speaker === 'xen' && XEN_HEADING.test(text) ? { kind: 'e820-heading', map: 'machine' } : undefined),
  },
  {
    id: 'xen-e820-row',
    family: 'e820',
    formats: [' [%016Lx, %016Lx] (usable)', ' %016Lx - %016Lx (usable)'],
    era: 'Xen 4.14 and later: end inclusive; before: end exclusive',
    says: 'One range of machine memory.',
    keys: ['(usable)', '(reserved)', '(ACPI data)', '(ACPI NVS)', '(unusable)', ') type '],
    speaker: 'xen',
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      if (speaker !== 'xen') return undefined;
      const inclusive = XEN_ROW.exec(text);
      const match = inclusive ?? XEN_OLD_ROW.exec(text);
      const entry = match && row(match[1], match[2], match[3], inclusive !== null);
      return entry ? { kind: 'e820-row', map: 'machine' satisfies E820Map, entry } : undefined;
    },
  },
];

function row(from = '', to = '', typeText = '', inclusive = false): E820Entry | undefined {
  const start = parseAddress(from);
  const last = parseAddress(to);
  if (start === undefined || last === undefined) return undefined;
  const end = inclusive ? last + 1 : last;
  if (end <= start || !Number.isSafeInteger(end)) return undefined;
  const words = typeText.replace(/^\(/, '').toLowerCase();
  const type = TYPES.find(([name]) => words.startsWith(name) && !/^[\w-]/.test(words.slice(name.length)))?.[1] ?? 'other';
  return { start, end, type };
}

import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const KERNEL = /^Kernel command line: ?(.*)$/s;
const EARLY = /^Command line: ?(.*)$/s;
const BOOTDATA = /^Bootdata ok \(command line is (.*)\)$/s;

/** The command lines of Linux and of Xen as their boot prints them. */
export const commandLineRecognisers: readonly Recogniser[] = [
  {
    id: 'linux-command-line',
    family: 'command-line',
    formats: ['Kernel command line: %s'],
    era: 'every kernel',
    says: 'The parameters that Linux was booted with.',
    keys: ['Kernel command line:'],
    speaker: 'linux',
    parse: (message: LogMessage): LogStatement | undefined => linux(KERNEL.exec(message.text), message),
  },
  {
    id: 'linux-early-command-line',
    family: 'command-line',
    formats: ['Command line: %s', 'Bootdata ok (command line is %s)'],
    era: 'x86; the second format in 2.6.16 to 2.6.18',
    says: 'The same parameters, printed before the memory map.',
    keys: ['Command line:', '(command line is '],
    speaker: 'linux',
    parse: (message: LogMessage): LogStatement | undefined => linux(EARLY.exec(message.text) ?? BOOTDATA.exec(message.text), message),
  },
  {
    id: 'xen-command-line',
    family: 'command-line',
    formats: ['Command line: %s'],
    era: 'every Xen',
    says: 'The parameters that Xen was booted with.',
    keys: ['Command line:'],
    speaker: 'xen',
    parse: (message: LogMessage): LogStatement | undefined => {
      const read = message.speaker === 'xen' ? commandLine(EARLY.exec(message.text), message) : undefined;
      return read && { kind: 'xen-command-line', ...read };
    },
  },
];

function linux(match: RegExpExecArray | null, message: LogMessage): LogStatement | undefined {
  const read = commandLine(match, message);
  return read && { kind: 'linux-command-line', ...read };
}

/** Blanks are what divides options, so a line that was put together at places where a blank may or may not have stood is withheld. */
function commandLine(match: RegExpExecArray | null, { joined, cut, ownText }: LogMessage): { commandLine: string | null; beginning: string } | undefined {
  if (!match) return undefined;
  const whole = (match[1] ?? '').trim();
  if (!joined && !cut) return { commandLine: whole, beginning: whole };
  return { commandLine: null, beginning: ownText.slice(ownText.indexOf(':') + 1).trim() };
}

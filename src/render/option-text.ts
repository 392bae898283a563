import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { ConfigProblem, OptionProblem } from '../rules/finding.ts';

/** What is wrong with an option of a command line. */
export function optionProblemText(problem: OptionProblem, of: 'linux' | 'xen'): string {
  const who = of === 'linux' ? 'this kernel' : 'this Xen';
  switch (problem.key) {
    case 'unreadable': return `${problem.text === '' ? 'a value is missing' : `${who} does not understand "${problem.text}"`}: expected ${problem.expected}`;
    case 'not-in-this-version': return `does nothing here: read by ${problem.readBy} only, and this is ${problem.version}`;
    case 'misspelt': return `no such option is known: ${problem.meant}= may be meant`;
    case 'unit': return `${groupDigits(problem.number)} ${problem.unit} are ${formatBytes(problem.bytes)}: this kernel counts ${problem.unit === 'slots' ? 'slots of 2 KiB, rounded up to 128' : 'MiB'}`;
    case 'not-granted': return `asks for ${formatBytes(problem.asked)}, and the aperture of this boot has ${formatBytes(problem.got)}`;
  }
}

/** What is wrong with a symbol of a kernel's configuration. */
export function configProblemText(problem: ConfigProblem): string {
  switch (problem.key) {
    case 'moot-without': return `has no effect without ${problem.needs}`;
    case 'not-in-this-version': return `no such symbol before ${problem.since}, and this configuration is of ${problem.version}`;
    case 'out-of-range': return `expected ${problem.least} to ${problem.most}`;
    case 'moot-in-pv': return 'has no effect in a Xen PV domain: its aperture does not grow';
    case 'no-area-by-default': return 'no CMA area unless cma= asks for one';
    case 'moot-with': return `has no effect with ${problem.because}`;
    case 'log-contradicts': return contradictionText(problem.what, problem.log);
    case 'log-says-otherwise': return `the log shows an aperture of ${formatBytes(problem.bytes)} all the same: it was not made by a kernel of this configuration`;
  }
}

function contradictionText(what: Extract<ConfigProblem, { key: 'log-contradicts' }>['what'], log: string | number): string {
  const other = 'the log is of a kernel of another configuration';
  switch (what) {
    case 'release': return `the log is of Linux ${log}: the two are not compared`;
    case 'arch': return `the log is of a kernel for ${log}`;
    case 'cpus': return `the log has ${log} possible processors: ${other}`;
    case 'xen': return `the log is of a Xen PV domain (${log}), which such a kernel cannot be`;
    case 'aperture-size': return `the log has an aperture of ${formatBytes(Number(log))} without swiotlb= on the command line: ${other}`;
    case 'cma-size': return `the log has a CMA area of ${formatBytes(Number(log))} without cma= on the command line: ${other}`;
    case 'iommu': return `the log has DMA remapping by this IOMMU (${log}): ${other}`;
  }
}

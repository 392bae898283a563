import { parseSwiotlbParameter } from '../core/platform/swiotlb-parameter.ts';
import type { Fact } from '../core/platform/fact.ts';
import type { SwiotlbParameter } from '../core/platform/aperture-size.ts';
import type { Lineage, PlatformFacts } from '../core/platform/platform-facts.ts';
import { type CommandLineOption, findOption, parseCommandLine } from './cmdline/command-line.ts';
import { parseBits, parseDom0Mem, parseMemopMaxOrder } from './cmdline/xen-options.ts';

/**
 * Adds to a platform's facts what its command lines say, each at the option's own place in the line. A fact that the log
 * states outright (the pool's size, Xen's DMA width) stays beside the option that asked for it.
 */
export function withCommandLineFacts(facts: PlatformFacts): PlatformFacts {
  const linux = facts.linuxCommandLine && parseCommandLine(facts.linuxCommandLine.value);
  const xen = facts.xenCommandLine && parseCommandLine(facts.xenCommandLine.value);
  const swiotlb = linux && findOption(linux, 'swiotlb');
  const dmaBits = xen && findOption(xen, 'dma_bits');
  const memop = xen && findOption(xen, 'memop-max-order');
  const dom0Mem = xen && findOption(xen, 'dom0_mem');
  const emergency = xen && (findOption(xen, 'dma_emergency_pool') ?? findOption(xen, 'lowmem_emergency_pool'));
  const emergencyBytes = emergency?.value === undefined ? undefined : parseDom0Mem(emergency.value).amount?.bytes;
  const dom0 = dom0Mem?.value === undefined ? undefined : parseDom0Mem(dom0Mem.value);
  const bits = dmaBits?.value === undefined ? undefined : parseBits(dmaBits.value).bits;
  const orders = memop?.value === undefined ? undefined : parseMemopMaxOrder(memop.value);
  const amount = dom0?.amount;
  return {
    ...facts,
    ...(swiotlb?.value === undefined ? {} : { swiotlbParameter: at(swiotlbParameter(swiotlb.value, facts.lineage?.value), swiotlb, facts.linuxCommandLine) }),
    ...(bits === undefined ? {} : { xenDmaBitsOption: at(bits, dmaBits, facts.xenCommandLine) }),
    ...(orders === undefined || orders.errors.length > 0 ? {} : {
      memopMaxOrder: at([orders.domU, orders.controlDomain, orders.hardwareDomain, orders.passthroughDomain], memop, facts.xenCommandLine),
    }),
    ...(dom0 === undefined || dom0.errors.length > 0 ? {} : {
      dom0Memory: at({ ...(dom0.amount ? { amount: dom0.amount } : {}), ...(dom0.min ? { min: dom0.min } : {}), ...(dom0.max ? { max: dom0.max } : {}) }, dom0Mem, facts.xenCommandLine),
    }),
    ...(emergencyBytes === undefined || emergencyBytes <= 0 ? {} : { xenEmergencyPool: at(emergencyBytes, emergency, facts.xenCommandLine) }),
    // Negative and percentage amounts depend on the machine's memory: the builder's default stands in for them.
    ...(amount === undefined || amount.bytes <= 0 || amount.percent !== undefined ? {} : { domainBytes: at(amount.bytes, dom0Mem, facts.xenCommandLine) }),
  };
}

function swiotlbParameter(value: string, lineage: Lineage | undefined): SwiotlbParameter {
  const { errors: _, bytes: __, ...parameter } = parseSwiotlbParameter(value, lineage);
  return parameter;
}

/** A fact at the option's place within the line that holds the command line. */
function at<T>(value: T, option: CommandLineOption | undefined, line: Fact<string> | undefined): Fact<T> {
  const from = line?.from;
  if (!option || !line || !from || from.kind === 'default' || from.kind === 'derived') return { value, from: from ?? { kind: 'default', source: 'the command line' } };
  // The line's own text begins before its command line does: `Kernel command line: …`.
  const start = from.text?.indexOf(line.value) ?? -1;
  if (start < 0) return { value, from };
  const column = from.column + start + option.offset;
  return { value, from: { ...from, column, endColumn: column + option.endOffset - option.offset, text: line.value.slice(option.offset, option.endOffset) } };
}

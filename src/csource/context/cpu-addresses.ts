import { callSpan } from './call-span.ts';
import type { CallUse, FunctionView } from './function-view.ts';
import { assignedTo, lastName, textOf } from './function-view.ts';
import type { Observation } from './observation.ts';
import { enclosingCalls } from './unchecked-mappings.ts';

/** arch/x86/include/asm/io.h, page.h and those of other architectures: from the CPU's view to physical, or as the bus had it once. */
const PHYSICAL = new Set(['virt_to_phys', 'page_to_phys', '__pa', 'slow_virt_to_phys']);
const BUS = new Set(['virt_to_bus', 'isa_virt_to_bus']);
/** Registers and descriptors: what is given to these is for the device. Big-endian words are left out: in most cases firmware reads them. */
const DEVICE = /^(?:(?:__raw_)?write[lq](?:_relaxed)?|iowrite(?:32|64)(?:be)?|lo_hi_writeq|hi_lo_writeq|out[lw]|cpu_to_le(?:32|64)|regmap_write|pci_write_config_dword)$/;
const DMA_NAME = /dma|bus_?addr|busaddr/i;

/** Addresses of the CPU's view that go to a device: as a register's or descriptor's value, or in a variable that is named as a DMA address. */
export function cpuAddresses(view: FunctionView): Observation[] {
  return view.calls.flatMap((call): Observation[] => {
    const found = (through: string): Observation[] => [{ kind: 'cpu-address', ...callSpan(view.fn, call), function: view.fn.name, api: call.name, through }];
    if (BUS.has(call.name)) return found(call.name);
    const [address] = call.args;
    if (!PHYSICAL.has(call.name) || !address || /^[A-Z_]+$/.test(textOf(view.fn, address))) return [];
    const direct = enclosingCalls(view, call).find(({ name }) => DEVICE.test(name));
    if (direct) return found(direct.name);
    const to = assignedTo(view.fn, call);
    if (to === undefined) return [];
    if (DMA_NAME.test(lastName(to))) return found(to);
    const later = /^\w+$/.test(to) ? laterGiven(view, call, to) : undefined;
    return later ? found(later.name) : [];
  });
}

/** The register or descriptor that a local variable goes to behind a call, while it still has that value. */
function laterGiven(view: FunctionView, call: CallUse, name: string): CallUse | undefined {
  for (const { range } of view.expressions) {
    if (range.from <= call.at) continue;
    const given = view.calls.find((other) => other.expression.range === range && DEVICE.test(other.name) && other.args.some(({ from, to }) => view.fn.tokens.slice(from, to).some(({ text }) => text === name)));
    if (given) return given;
    if (new RegExp(`^${name}=(?!=)`).test(textOf(view.fn, range))) return undefined;
  }
  return undefined;
}

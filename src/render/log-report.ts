import { formatBytes } from '../core/units/bytes.ts';
import type { LogReading } from '../evidence/log/read-log.ts';

/** The facts of a log as name and value, for people; what the log does not say is left out. */
export function logFactRows(reading: LogReading): { readonly name: string; readonly value: string }[] {
  const { facts } = reading;
  const { swiotlb } = facts;
  const rows: { name: string; value: string }[] = [];
  const add = (name: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined && value !== '') rows.push({ name, value });
  };
  add('Linux', facts.kernelVersion);
  add('Xen', facts.xenVersion);
  add('Architecture', facts.arch);
  add('Environment', facts.environment.join(', '));
  add('Linux command line', facts.kernelCmdline);
  add('Xen command line', facts.xenCmdline);
  const size = swiotlb.sizeBytes === null ? '' : ` ${formatBytes(swiotlb.sizeBytes)}`;
  const range = swiotlb.physStart === null ? '' : ` at ${swiotlb.physStart} to ${swiotlb.physEnd ?? '?'}`;
  const bits = swiotlb.addressBits === null ? '' : `, ${swiotlb.addressBits} bits`;
  const areas = swiotlb.areas === null ? '' : `, ${swiotlb.areas} areas`;
  if (swiotlb.state !== null) add('Aperture', `${swiotlb.state}${size}${range}${bits}${areas}`);
  add('Memory', facts.e820UsableBytes === null ? null : `${formatBytes(facts.e820UsableBytes)} usable`);
  add('Machine memory', facts.xenE820UsableBytes === null ? null : `${formatBytes(facts.xenE820UsableBytes)} usable`);
  add('Memory encryption', facts.memoryEncryption);
  add('CMA', facts.cmaBytes === null ? null : formatBytes(facts.cmaBytes));
  const failures = facts.failures.reduce((sum, failure) => sum + failure.count, 0);
  add('Failures', failures > 0 ? String(failures) : null);
  return rows;
}

export function factLines(reading: LogReading): string[] {
  return logFactRows(reading).map(({ name, value }) => `${name}: ${value}`);
}

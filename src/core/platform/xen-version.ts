/** Xen's version numbers, as its banner or `xl info` states them. */
export interface XenVersion {
  /** As printed: `4.17.7`, `3.0.3-0`, `4.17.7 (Debian 4.17.7-1~deb12u1)`. */
  readonly text: string;
  readonly version: readonly [number, number, number];
}

/** Reads `4.17`, `4.17.7`, `3.0.3-0`, `4.20-rc2`. @returns undefined where the text does not begin with two numbers */
export function parseXenVersion(text: string): XenVersion | undefined {
  const match = /^(\d{1,2})\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(text.trim());
  if (!match) return undefined;
  return { text: text.trim(), version: [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] };
}

/** Whether Xen is x.y.z or later. */
export function xenAtLeast(xen: XenVersion, x: number, y: number, z = 0): boolean {
  const [a, b, c] = xen.version;
  if (a !== x) return a > x;
  if (b !== y) return b > y;
  return c >= z;
}
